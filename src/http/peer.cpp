#include "http/peer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

namespace snapcron::http {

Peer peer_of(sockaddr_storage const& address) {
  Peer peer;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    peer.key[10] = peer.key[11] = 0xff;
    std::memcpy(peer.key.data() + 12, &v4.sin_addr, 4);
    peer.address = peer.key;
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    bool const mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    std::memcpy(peer.key.data(), &v6.sin6_addr, mapped ? 16 : 8);
    std::memcpy(peer.address.data(), &v6.sin6_addr, 16);
  }
  return peer;
}

std::string to_text(Peer const& peer) {
  in6_addr v6;
  std::memcpy(&v6, peer.address.data(), sizeof v6);
  char text[INET6_ADDRSTRLEN] = "";
  if (IN6_IS_ADDR_V4MAPPED(&v6))
    ::inet_ntop(AF_INET, peer.address.data() + 12, text, sizeof text);
  else
    ::inet_ntop(AF_INET6, &v6, text, sizeof text);
  return text;
}

std::string to_text(PeerKey const& key) {
  return to_text(Peer{.address = key});
}

std::optional<PeerKey> parse_peer_key(std::string_view text) {
  sockaddr_storage address{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  std::string const terminated{text};
  if (::inet_pton(AF_INET, terminated.c_str(), &v4.sin_addr) == 1)
    address.ss_family = AF_INET;
  else if (::inet_pton(AF_INET6, terminated.c_str(), &v6.sin6_addr) == 1)
    address.ss_family = AF_INET6;
  else
    return std::nullopt;
  return peer_of(address).key;
}

}  // namespace snapcron::http
