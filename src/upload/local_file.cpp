#include "upload/local_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace snapcron::upload {

Result<LocalFile> LocalFile::open(std::filesystem::path const& path) {
  // O_NONBLOCK: whoever opens a FIFO would wait for its writer.
  File file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return disk_error("read", path, errno);
  if (!S_ISREG(status.st_mode))
    return Error{Fault::refused, "cannot read " + path.string() + ": it is not a regular file"};
  return LocalFile{std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

std::optional<std::size_t> LocalFile::read(char* to, std::size_t most) {
  auto const wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - std::min(size_, position_)));
  if (wanted == 0) return 0;
  ssize_t count = 0;
  do {
    count = ::pread(file_.get(), to, wanted, static_cast<off_t>(position_));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return std::nullopt;
  position_ += static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

}  // namespace snapcron::upload
