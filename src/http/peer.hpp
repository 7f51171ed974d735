#pragma once
// Who is at the other end of a connection.

#include <array>
#include <cstdint>

struct sockaddr_storage;

namespace snapcron::http {

/// An address as limits count it: IPv4 (mapped or not) whole, IPv6 by its /64.
using PeerKey = std::array<std::uint8_t, 16>;

struct Peer {
  bool local = false;  // over the unix socket: let in by the file's permissions
  PeerKey key{};
  bool encrypted = false;  // by TLS
};

/// Of an AF_INET or AF_INET6 address; anything else gives the zero key.
Peer peer_of(sockaddr_storage const& address);

}  // namespace snapcron::http
