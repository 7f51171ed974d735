#include "store/read_picture.hpp"

#include "store/folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace snapcron {

Result<std::string> read_picture(std::filesystem::path const& file, std::uint64_t most) {
  auto const fail = [&](Fault fault, std::string const& why) {
    return Error{fault, "cannot read the picture " + file.string() + ": " + why};
  };
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  File const fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!fd) {
    bool const gone = errno == ENOENT || errno == ENOTDIR;
    return fail(gone ? Fault::gone : Fault::failed, std::generic_category().message(errno));
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    return fail(Fault::failed, std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) return fail(Fault::failed, "it is not a regular file");
  auto const size = static_cast<std::uint64_t>(status.st_size);
  if (size > most) return fail(Fault::failed, "it is larger than a picture");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  for (std::size_t had = 0; had < bytes.size();) {
    auto const n = ::read(fd.get(), bytes.data() + had, bytes.size() - had);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Fault::failed, std::generic_category().message(errno));
    if (n == 0) return fail(Fault::failed, "it has become shorter meanwhile");
    had += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace snapcron
