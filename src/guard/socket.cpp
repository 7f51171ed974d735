#include "guard/socket.hpp"

#include "guard/message.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace snapcron::guard {
namespace {

constexpr int backlog = 8;

Error cannot(std::string const& what, std::filesystem::path const& path, std::string const& why) {
  return {Fault::failed,
          "cannot " + what + " the relay guard's socket " + path.string() + ": " + why};
}

Error cannot(std::string const& what, std::filesystem::path const& path) {
  auto error = cannot(what, path, std::generic_category().message(errno));
  if (errno == EACCES || errno == EPERM) error.fault = Fault::denied;
  return error;
}

std::optional<sockaddr_un> address_of(std::filesystem::path const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

Descriptor new_socket() {
  return Descriptor{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

}  // namespace

std::filesystem::path socket_of(std::filesystem::path const& control_socket) {
  return control_socket.string() + ".guard";
}

Result<Descriptor> listen_at(std::filesystem::path const& path) {
  auto const address = address_of(path);
  if (!address) return cannot("create", path, "the path is longer than 107 bytes");
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode))
      return cannot("create", path, "a file of that name is there and is no socket");
    if (::unlink(path.c_str()) != 0) return cannot("replace", path);
  }
  auto listener = new_socket();
  // The mode of the descriptor is, less the umask, that of the file to come.
  if (listener.get() < 0 || ::fchmod(listener.get(), 0600) != 0 ||
      ::bind(listener.get(), reinterpret_cast<sockaddr const*>(&*address), sizeof *address) != 0 ||
      ::listen(listener.get(), backlog) != 0)
    return cannot("create", path);
  return listener;
}

Result<Descriptor> connect_to(std::filesystem::path const& path) {
  auto const address = address_of(path);
  if (!address) return cannot("reach", path, "the path is longer than 107 bytes");
  auto connection = new_socket();
  if (connection.get() < 0) return cannot("reach", path);
  if (::connect(connection.get(), reinterpret_cast<sockaddr const*>(&*address), sizeof *address) ==
      0)
    return connection;
  if (errno == ENOENT || errno == ECONNREFUSED || errno == EPROTOTYPE)
    return Error{Fault::not_found, "no relay guard listens on " + path.string()};
  return cannot("reach", path);
}

Result<pid_t> peer_of(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return Error{Fault::failed, "who is at the relay guard's socket is not known: " +
                                    std::generic_category().message(errno)};
  if (peer.uid != ::geteuid() && peer.uid != 0)
    return Error{Fault::denied, "process " + std::to_string(peer.pid) + " of user " +
                                    std::to_string(peer.uid) + " is at the relay guard's socket"};
  return peer.pid;
}

Sent send(int connection, std::string_view bytes) {
  ssize_t done;
  do done = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  while (done < 0 && errno == EINTR);
  if (done >= 0) return Sent::yes;
  return errno == EAGAIN || errno == ENOBUFS ? Sent::later : Sent::never;
}

Inbox::Inbox() : buffer_{new char[largest_message]} {}

Received Inbox::receive(int connection) {
  ssize_t size;
  do size = ::recv(connection, buffer_.get(), largest_message, MSG_DONTWAIT | MSG_TRUNC);
  while (size < 0 && errno == EINTR);
  size_ = 0;
  if (size < 0 && errno == EAGAIN) return Received::nothing;
  // What does not fit is no message of ours.
  if (size <= 0 || static_cast<std::size_t>(size) > largest_message) return Received::end;
  size_ = static_cast<std::size_t>(size);
  return Received::message;
}

bool wait_readable(int descriptor, Steady until) {
  for (;;) {
    auto const left = until - std::chrono::steady_clock::now();
    auto const milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd waiting{descriptor, POLLIN, 0};
    int const ready =
        ::poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 60'000)));
    if (ready > 0) return true;
    if (ready == 0 && milliseconds <= 60'000) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace snapcron::guard
