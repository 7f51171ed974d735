#pragma once
// Who is at the other end of a connection.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr_storage;

namespace snapcron::http {

/// An address as limits count it: IPv4 (mapped or not) whole, IPv6 by its /64.
using PeerKey = std::array<std::uint8_t, 16>;

struct Peer {
  bool local = false;  // over the unix socket: let in by the file's permissions
  PeerKey key{};
  bool encrypted = false;                  // by TLS
  std::array<std::uint8_t, 16> address{};  // whole; IPv4 mapped
};

/// "192.0.2.7", "2001:db8::7".
std::string to_text(Peer const& peer);
/// Of a /64 its first address.
std::string to_text(PeerKey const& key);
std::optional<PeerKey> parse_peer_key(std::string_view text);

/// Of an AF_INET or AF_INET6 address; anything else gives the zero key.
Peer peer_of(sockaddr_storage const& address);

}  // namespace snapcron::http
