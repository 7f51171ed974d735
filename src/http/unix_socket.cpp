#include "http/listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

namespace snapcron::http {
namespace {

Error cannot(std::filesystem::path const& path, std::string const& why) {
  return {Fault::failed, "cannot create the control socket " + path.string() + ": " + why};
}

Error cannot(std::filesystem::path const& path, int error) {
  auto const why = std::generic_category().message(error);
  if (error == EACCES || error == EPERM || error == EROFS)
    return {Fault::denied,
            "cannot create the control socket " + path.string() + ": " + why +
                " (run as the service's user, or name another place by control_socket "
                "or $SNAPCRON_SOCKET)"};
  return cannot(path, why);
}

Error taken(std::filesystem::path const& path) {
  return {Fault::busy, "another snapcron is running (socket " + path.string() + ")"};
}

bool same_file(int fd, std::filesystem::path const& path) {
  struct stat held, named;
  return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

// A process that a killed daemon was just beginning holds, until it is the other program, what the
// daemon held: its lock, and its socket.
constexpr auto patience = std::chrono::milliseconds{500};

bool lock(int fd) {
  for (auto const end = std::chrono::steady_clock::now() + patience;;) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

/// The lock that whoever listens on `path` holds. Its holder removes the file at the end, so a lock
/// on a file that is no longer there counts for nothing and is tried again.
Result<int> take_lock(std::filesystem::path const& path) {
  auto const lock_path = path.string() + ".lock";
  for (;;) {
    int const fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
      return errno == EACCES && ::access(lock_path.c_str(), F_OK) == 0 ? taken(path)
                                                                       : cannot(path, errno);
    if (!lock(fd)) {
      int const error = errno;
      ::close(fd);
      return error == EWOULDBLOCK ? taken(path) : cannot(path, error);
    }
    if (same_file(fd, lock_path)) return fd;
    ::close(fd);
  }
}

std::optional<sockaddr_un> address_of(std::filesystem::path const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

/// Somebody accepts there: a daemon whose lock file was deleted, or another program.
bool answers(sockaddr_un const& address) {
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  int const result = ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address);
  bool const alive = result == 0 || errno == EAGAIN;  // EAGAIN: its queue is full
  ::close(fd);
  return alive;
}

}  // namespace

Result<std::unique_ptr<UnixSocket>> UnixSocket::open(std::filesystem::path const& path) {
  if (!address_of(path)) return cannot(path, "the path is longer than 107 bytes");
  std::error_code ec;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ec);
  if (ec) return cannot(path, ec.value());
  auto const lock = take_lock(path);
  if (!lock) return lock.error();
  std::unique_ptr<UnixSocket> socket{new UnixSocket{path, *lock}};
  if (auto const bound = socket->bind(); !bound) return bound.error();
  return socket;
}

Result<void> UnixSocket::bind() {
  auto const address = *address_of(path_);
  struct stat there;
  if (::lstat(path_.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode))
      return cannot(path_, "a file of that name is there and is no socket");
    if (answers(address)) return taken(path_);
    if (::unlink(path_.c_str()) != 0) return cannot(path_, errno);
  }
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // The mode of the descriptor is, less the umask, that of the file to come: never wider than
  // wanted.
  if (fd_ < 0 || ::fchmod(fd_, 0660) != 0) return cannot(path_, errno);
  if (::bind(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    return cannot(path_, errno);
  bound_ = true;
  if (::chmod(path_.c_str(), 0660) != 0 || ::listen(fd_, SOMAXCONN) != 0)
    return cannot(path_, errno);
  return {};
}

UnixSocket::~UnixSocket() {
  if (bound_) ::unlink(path_.c_str());
  if (fd_ >= 0) ::close(fd_);
  ::unlink((path_.string() + ".lock").c_str());
  ::close(lock_);
}

}  // namespace snapcron::http
