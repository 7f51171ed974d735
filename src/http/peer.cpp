#include "http/peer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace snapcron::http {

Peer peer_of(sockaddr_storage const& address) {
  Peer peer;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    peer.key[10] = peer.key[11] = 0xff;
    std::memcpy(peer.key.data() + 12, &v4.sin_addr, 4);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    bool const mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    std::memcpy(peer.key.data(), &v6.sin6_addr, mapped ? 16 : 8);
  }
  return peer;
}

}  // namespace snapcron::http
