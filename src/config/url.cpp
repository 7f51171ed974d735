#include "config/url.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>

namespace snapcron {
namespace {

/// Whether a literal address is this machine's own; nothing for what is no literal.
std::optional<bool> is_loopback(std::string const& address, bool v6) {
  if (v6) {
    in6_addr six{};
    if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return std::nullopt;
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
  }
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) != 1) return std::nullopt;
  return (ntohl(four.s_addr) >> 24u) == 127;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  if (text.empty() || text.size() > 5) return std::nullopt;
  for (char const c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port == 0 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

/// "HOST", "HOST:PORT", "[V6]" and "[V6]:PORT".
struct HostPort {
  std::string host;
  bool v6 = false;
  std::optional<std::string_view> port;
};
std::optional<HostPort> split_host(std::string_view text) {
  HostPort result;
  if (text.starts_with('[')) {
    auto const end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.host = text.substr(1, end - 1);
    result.v6 = true;
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return std::nullopt;
  } else {
    auto const colon = std::min(text.find(':'), text.size());
    result.host = text.substr(0, colon);
    text.remove_prefix(colon);
  }
  if (!text.empty()) result.port = text.substr(1);
  return result;
}

/// The host that stands in `authority`, with what is wrong with the address told by `fail`.
template <class Fail>
Result<Url> read_host(std::string_view text, std::string_view authority, Fail const& fail) {
  Url url;
  if (text.size() > 2000) return fail("is longer than 2000 bytes");
  if (std::ranges::any_of(
          text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }))
    return fail(quoted(text) + " holds a space or a control character: write %20 for a space");
  auto const host = split_host(authority);
  if (!host || host->host.empty() || authority.find('\\') != std::string_view::npos)
    return fail(quoted(text) + " has no host");
  if (host->port && !parse_port(*host->port))
    return fail(quoted(text) + " has a port that is not a number from 1 to 65535");
  auto const loopback = is_loopback(host->host, host->v6);
  if (host->v6 && !loopback) return fail(quoted(text) + " has an IPv6 address that is none");
  url.host = host->host;
  url.loopback = loopback.value_or(url.host == "localhost");
  return url;
}

/// Whether each '%' begins the code of a character that is no control character.
bool is_well_encoded(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    constexpr std::string_view digits = "0123456789abcdefABCDEF";
    if (at + 2 >= text.size() || digits.find(text[at + 1]) == std::string_view::npos ||
        digits.find(text[at + 2]) == std::string_view::npos)
      return false;
    if (text[at + 1] == '0' || text[at + 1] == '1' ||
        (text[at + 1] == '7' && lower(text[at + 2]) == 'f'))
      return false;
  }
  return true;
}

/// "ftp://, ftps:// or sftp://"
std::string listed(std::span<std::string_view const> schemes) {
  std::string text;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (i > 0) text += i + 1 == schemes.size() ? " or " : ", ";
    text += std::string{schemes[i]} + "://";
  }
  return text;
}

}  // namespace

Result<Url> parse_url(std::string_view text, std::string const& wanted) {
  auto const begins = " must begin with " + wanted + ":// or " + wanted + "s://";
  auto const fail = [&](std::string const& why) { return Error{Fault::invalid, "url " + why}; };
  auto rest = text;
  auto const scheme = text.find("://");
  if (scheme == std::string_view::npos) return fail(quoted(text) + begins);
  auto const name = text.substr(0, scheme);
  rest.remove_prefix(scheme + 3);
  auto const authority = rest.substr(0, rest.find_first_of("/?#\\"));
  // Before anything that would show the address: it may hold a password.
  if (authority.find('@') != std::string_view::npos)
    return fail("may not hold a user or a password: use 'username' and 'password_file'");
  if (name != wanted && name != wanted + "s")
    return fail(quoted(text) + begins + ", not " + snapcron::quoted(std::string{name} + "://"));
  auto url = read_host(text, authority, fail);
  if (url) url->tls = name != wanted;
  return url;
}

Result<RemoteUrl> parse_remote_url(std::string_view key, std::string_view text,
                                   std::span<std::string_view const> schemes) {
  auto const fail = [&](std::string const& why) {
    return Error{Fault::invalid, std::string{key} + " " + why};
  };
  RemoteUrl url;
  auto const end = text.find("://");
  if (end == std::string_view::npos)
    return fail(quoted(text) + " must begin with " + listed(schemes));
  auto const rest = text.substr(end + 3);
  auto const authority = rest.substr(0, rest.find_first_of("/?#\\"));
  // Before anything that would show the address: it may hold a password.
  if (authority.find('@') != std::string_view::npos)
    return fail("may not hold a user or a password: use 'username' and 'password_file'");
  if (rest.find_first_of("?#") != std::string_view::npos)
    return fail("may not hold a '?' or a '#': the picture's name is put behind it");
  url.scheme = text.substr(0, end);
  if (std::ranges::find(schemes, url.scheme) == schemes.end())
    return fail(quoted(text) + " must begin with " + listed(schemes) + ", not " +
                snapcron::quoted(url.scheme + "://"));
  auto host = read_host(text, authority, fail);
  if (!host) return host.error();
  static_cast<Url&>(url) = std::move(*host);
  if (!is_well_encoded(rest))
    return fail(quoted(text) + " has a '%' that does not begin the code of a printable character");
  url.path = rest.substr(authority.size());
  while (url.path.ends_with('/')) url.path.pop_back();
  url.tls = url.scheme.ends_with("s") && url.scheme != "sftp";
  return url;
}

Result<HostAndPort> parse_host_and_port(std::string_view key, std::string_view text) {
  auto const fail = [&](std::string const& why) {
    return Error{Fault::invalid, "'" + std::string{key} + "' " + quoted(text) + " " + why};
  };
  if (!text.starts_with('[') && std::ranges::count(text, ':') > 1)
    return fail("has an IPv6 address without brackets: write for instance [fe80::1]:4000");
  auto const host = split_host(text);
  if (!host || !host->port || host->host.empty())
    return fail("must be a host and a port, such as 10.0.0.3:4000 or [fe80::1]:4000");
  auto const port = parse_port(*host->port);
  if (!port) return fail("has a port that is not a number from 1 to 65535");
  if (host->v6 && !is_loopback(host->host, true)) return fail("has an IPv6 address that is none");
  if (!host->v6 && !is_path_word(host->host)) return fail("has a host that is none");
  return HostAndPort{host->host, *port};
}

Result<Listen> parse_listen(std::string_view text) {
  auto const fail = [&](std::string const& why) {
    return Error{Fault::invalid, "'listen' " + quoted(text) + " " + why};
  };
  auto const host = split_host(text);
  if (!host || !host->port)
    return fail("must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080");
  auto const port = parse_port(*host->port);
  // "::1:8080": the colons within would be taken for the port's.
  if (!host->v6 && std::ranges::count(text, ':') > 1)
    return fail("has an IPv6 address without brackets: write [::1]:8080");
  if (host->host.empty() || host->host == "*")
    return fail("has no address: write 0.0.0.0 or [::] for all of them");
  auto const loopback = is_loopback(host->host, host->v6);
  if (!loopback) return fail("must have an address, not a name: write for instance 127.0.0.1:8080");
  if (!port) return fail("has a port that is not a number from 1 to 65535");
  return Listen{host->host, *port, *loopback};
}

}  // namespace snapcron
