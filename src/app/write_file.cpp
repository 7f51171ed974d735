#include "app/write_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace snapcron {
namespace {

Error failure(std::string const& path) {
  return {Fault::failed, "cannot write " +
                             (path == "-" ? std::string{"to standard output"} : path) + ": " +
                             std::strerror(errno)};
}

bool write_all(int fd, std::string const& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    auto const n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

Result<void> write_into(std::string const& path, std::string const& bytes) {
  int const fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || !write_all(fd, bytes)) {
    auto const error = failure(path);
    if (fd >= 0) ::close(fd);
    return error;
  }
  if (::close(fd) != 0) return failure(path);
  return {};
}

/// Where a symbolic link leads, at last; it stays a link.
std::filesystem::path end_of_links(std::filesystem::path path) {
  constexpr int most = 40;  // as the kernel follows
  std::error_code none;
  for (int i = 0; i < most; ++i) {
    auto const next = std::filesystem::read_symlink(path, none);
    if (none) break;
    path = path.parent_path() / next;
  }
  return path;
}

}  // namespace

Result<void> write_file(std::string const& path, std::string const& bytes) {
  if (path == "-") {
    if (!write_all(STDOUT_FILENO, bytes)) return failure(path);
    return {};
  }
  struct stat existing {};
  if (::stat(path.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode))
    return write_into(path, bytes);
  auto const target = end_of_links(path);
  std::string temporary = target.parent_path() / ".snapcron.XXXXXX";
  int const fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return failure(path);
  auto const mask = ::umask(0);
  ::umask(mask);
  bool const good = ::fchmod(fd, 0666 & ~mask) == 0 && write_all(fd, bytes) && ::fsync(fd) == 0;
  int const why = errno;
  bool const closed = ::close(fd) == 0;
  if (good && closed && ::rename(temporary.c_str(), target.c_str()) == 0) return {};
  if (!good) errno = why;
  auto const error = failure(path);
  ::unlink(temporary.c_str());
  return error;
}

}  // namespace snapcron
