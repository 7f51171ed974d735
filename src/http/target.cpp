#include "http/target.hpp"

#include "core/ascii.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace snapcron::http {
namespace {

bool is_printable(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    unsigned const more = lead < 0x80                    ? 0
                          : lead >= 0xc2 && lead <= 0xdf ? 1
                          : (lead & 0xf0) == 0xe0        ? 2
                          : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                         : 4;
    if (more == 4 || i + more >= text.size()) return false;
    char32_t code = more == 0 ? lead : lead & (0x3fu >> more);
    for (unsigned k = 1; k <= more; ++k) {
      auto const next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3fu);
    }
    bool const overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    i += more + 1;
  }
  return true;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    auto const segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

char const* percent_decode(std::string_view raw, std::string& path) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      path += raw[i];
      continue;
    }
    int const high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
    int const low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
    if (high < 0 || low < 0) return "the path has a broken percent-encoding";
    int const byte = high * 16 + low;
    if (byte < 0x20 || byte == 0x7f) return "the path has an encoded control character";
    path += static_cast<char>(byte);
    i += 2;
  }
  return valid_utf8(path) ? nullptr : "the path is not UTF-8 after decoding";
}

bool valid_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

/// Splits "host:port"; the port is without the colon and may be empty.
std::pair<std::string_view, std::string_view> split_port(std::string_view host) {
  auto const bracket = host.rfind(']');
  auto const colon = host.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return {host, {}};
  return {host.substr(0, colon), host.substr(colon + 1)};
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool decode_query_text(std::string_view raw, std::string& text) {
  std::string spaced{raw};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  text.clear();
  return percent_decode(spaced, text) == nullptr;
}

bool valid_query(std::string_view query) {
  return std::all_of(query.begin(), query.end(),
                     [](char c) { return is_printable(c) && c != '#'; });
}

char const* decode_path(std::string_view raw, std::string& path) {
  if (raw.empty() || raw.front() != '/') return "the request's target must begin with /";
  bool encoded = false;
  bool dots = false;
  char before = 0;
  for (char const c : raw) {
    if (!is_printable(c)) return "the request's target must be printable ASCII";
    if (c == '#' || c == '\\') return "the request's target has a # or a \\ in it";
    encoded |= c == '%';
    dots |= c == '.' && before == '/';
    before = c;
  }
  path.clear();
  if (!encoded) {
    path = raw;
  } else if (char const* wrong = percent_decode(raw, path)) {
    return wrong;
  }
  if ((dots || encoded) && has_dot_segment(path)) return "the path has a . or .. segment";
  return nullptr;
}

bool valid_host(std::string_view host) {
  auto const [name, port] = split_port(host);
  if (name.empty() || name.size() > 255) return false;
  if (name.size() != host.size() && !valid_port(port)) return false;
  if (name.front() == '[') {
    if (name.back() != ']' || name.size() > 48) return false;
    in6_addr ignored;
    return ::inet_pton(AF_INET6, std::string{name.substr(1, name.size() - 2)}.c_str(), &ignored) ==
           1;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string_view host_name(std::string_view host) {
  auto name = split_port(host).first;
  if (name.size() >= 2 && name.front() == '[' && name.back() == ']')
    name = name.substr(1, name.size() - 2);
  return name;
}

bool is_loopback_host(std::string_view host) {
  auto const name = host_name(host);
  if (equal_ignoring_case(name, "localhost")) return true;
  if (name.size() > 45) return false;
  std::string const text{name};
  in_addr v4;
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool same_site(std::string_view url, std::string_view host) {
  std::string_view default_port;
  for (auto const& [scheme, port] : {std::pair{"http://", "80"}, std::pair{"https://", "443"}}) {
    std::string_view const prefix{scheme};
    if (!equal_ignoring_case(url.substr(0, prefix.size()), prefix)) continue;
    default_port = port;
    url.remove_prefix(prefix.size());
    break;
  }
  auto const authority = url.substr(0, url.find_first_of("/?#"));
  if (default_port.empty() || !valid_host(authority) || !valid_host(host)) return false;
  auto const [their_name, their_port] = split_port(authority);
  auto const [our_name, our_port] = split_port(host);
  return equal_ignoring_case(their_name, our_name) &&
         (their_port.empty() ? default_port : their_port) ==
             (our_port.empty() ? default_port : our_port);
}

}  // namespace snapcron::http
