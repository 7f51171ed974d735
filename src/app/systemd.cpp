#include "app/systemd.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace snapcron {
namespace {

constexpr std::string_view opened_port_forgotten = "FDSTOREREMOVE=1\nFDNAME=port";

}  // namespace

void notify_service_manager(std::string_view state, std::optional<int> descriptor) {
  char const* const path = std::getenv("NOTIFY_SOCKET");
  if (!path || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::size_t const length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  int const fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  iovec text{const_cast<char*>(state.data()), state.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  if (descriptor) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &*descriptor, sizeof(int));
  }
  (void)::sendmsg(fd, &message, MSG_NOSIGNAL);
  ::close(fd);
}

std::optional<Duration> watchdog_period() {
  char const* const period = std::getenv("WATCHDOG_USEC");
  if (!period) return std::nullopt;
  if (char const* const pid = std::getenv("WATCHDOG_PID"); pid && std::atoll(pid) != ::getpid())
    return std::nullopt;
  auto const microseconds = std::atoll(period);
  if (microseconds <= 0) return std::nullopt;
  return std::chrono::microseconds{microseconds};
}

std::vector<int> take_handed_over_sockets() {
  constexpr int first = 3;  // SD_LISTEN_FDS_START
  constexpr long long most = 64;
  std::vector<int> sockets;
  char const* const pid = std::getenv("LISTEN_PID");
  char const* const count = std::getenv("LISTEN_FDS");
  if (pid && count && std::atoll(pid) == ::getpid())
    for (int fd = first; fd < first + std::min(std::atoll(count), most); ++fd)
      if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) sockets.push_back(fd);
  // So that a port we close is closed.
  if (!sockets.empty()) notify_service_manager(opened_port_forgotten);
  for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

}  // namespace snapcron
