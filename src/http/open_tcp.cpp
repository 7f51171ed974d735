#include "http/listener.hpp"
#include "http/target.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace snapcron::http {
namespace {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

bool parse(std::string const& text, std::uint16_t port, Address& address) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.bytes);
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address.size = sizeof v4;
    return true;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.bytes);
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  address.size = sizeof v6;
  return true;
}

std::string text_of(sockaddr_storage const& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    auto const& v4 = reinterpret_cast<sockaddr_in const&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string{text} + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family != AF_INET6) return "";
  auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(address);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return "[" + std::string{text} + "]:" + std::to_string(ntohs(v6.sin6_port));
}

Error explain(int error, HttpSpec const& spec) {
  auto const port = std::to_string(spec.port);
  bool const v6 = spec.address.find(':') != std::string::npos;
  auto const what =
      "cannot listen on " + (v6 ? "[" + spec.address + "]" : spec.address) + ":" + port + ": ";
  switch (error) {
    case EADDRINUSE:
      return {Fault::busy, what +
                               "the port is taken, by another snapcron or a web server ('ss -ltnp "
                               "sport = :" +
                               port +
                               "' as root shows which): stop that one or change http.listen"};
    case EACCES:
      return {Fault::denied,
              what +
                  "ports below 1024 are root's. The shipped unit opens this one when the service "
                  "starts: "
                  "'systemctl restart snapcron'; or choose a port from 1024 up in http.listen"};
    case EADDRNOTAVAIL:
      return {Fault::not_found, what +
                                    "this machine has no such address ('ip addr' shows what it "
                                    "has): change http.listen"};
    default:
      return {Fault::failed, what + std::generic_category().message(error)};
  }
}

}  // namespace

Result<void> check_exposure(HttpSpec const& spec) {
  if (!spec.users.empty() || is_loopback_host(spec.address) ||
      is_loopback_host("[" + spec.address + "]"))
    return {};
  return Error{Fault::refused,
               "will not listen on " + spec.address +
                   " without a password: give http.users_file, or listen on 127.0.0.1"};
}

std::string address_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  return text_of(address);
}

Result<int> open_tcp(HttpSpec const& spec, std::span<int const> handed_over) {
  if (auto const allowed = check_exposure(spec); !allowed) return allowed.error();
  Address address;
  if (!parse(spec.address, spec.port, address))
    return Error{Fault::invalid, "cannot listen on '" + spec.address + "': not an IP address"};
  for (int const socket : handed_over) {
    if (address_of(socket) != text_of(address.bytes)) continue;
    int const copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0 || ::fcntl(copy, F_SETFL, O_RDWR | O_NONBLOCK) != 0) return explain(errno, spec);
    return copy;
  }
  int const fd = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return explain(errno, spec);
  int const one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address.bytes), address.size) == 0 &&
      ::listen(fd, SOMAXCONN) == 0)
    return fd;
  int const error = errno;
  ::close(fd);
  return explain(error, spec);
}

}  // namespace snapcron::http
