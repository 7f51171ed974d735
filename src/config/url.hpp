#pragma once
// What is looked at in a camera's address before anybody connects to it.

#include "core/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace snapcron {

struct Url {
  bool tls = false;       // https, rtsps
  std::string host;       // without brackets
  bool loopback = false;  // the host is this machine by its literal or as localhost
};

/// `scheme` or the same with an 's', with a host, without user and password, blanks and control
/// characters.
Result<Url> parse_url(std::string_view text, std::string const& scheme = "http");

/// The address of a destination: one of `schemes`, with a host, and without user, password, query
/// and fragment.
struct RemoteUrl : Url {
  std::string scheme;
  std::string path;  // as it is written; without the slashes at its end
};
Result<RemoteUrl> parse_remote_url(std::string_view key, std::string_view text,
                                   std::span<std::string_view const> schemes);

/// "10.0.0.3:4000", "[::1]:4000" or "pager.example.org:4000", the value of `key`.
struct HostAndPort {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};
Result<HostAndPort> parse_host_and_port(std::string_view key, std::string_view text);

/// "127.0.0.1:8080" or "[::1]:8080": an address literal and a port.
struct Listen {
  std::string address;
  std::uint16_t port = 0;
  bool loopback = false;
};
Result<Listen> parse_listen(std::string_view text);

}  // namespace snapcron
