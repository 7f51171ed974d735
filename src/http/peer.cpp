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

}  // namespace snapcron::http
