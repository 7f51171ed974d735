// A folder of this machine: a disk that was plugged in, or another machine's that is mounted.

#include "store/folder.hpp"

#include "core/printable.hpp"
#include "upload/address.hpp"
#include "upload/way.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace snapcron::upload {
namespace {

constexpr mode_t picture_mode = 0644;
constexpr std::size_t copied_at_once = 256 * 1024;

Outcome disk_outcome(Error error) {
  switch (error.fault) {
    case Fault::no_space:
    case Fault::not_found:
      return {Verdict::down, std::move(error.text)};
    case Fault::denied:
    case Fault::refused:
      return {Verdict::refused, std::move(error.text)};
    default:
      return {Verdict::again, std::move(error.text)};
  }
}

bool is_mount_point(File const& folder) {
  struct statx status {};
  if (::statx(folder.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) != 0) return false;
  if ((status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  struct stat self {
  }, parent{};  // a kernel before 5.8
  return ::fstat(folder.get(), &self) == 0 &&
         ::fstatat(folder.get(), "..", &parent, AT_SYMLINK_NOFOLLOW) == 0 &&
         self.st_dev != parent.st_dev;
}

bool is_there(File const& folder, std::string const& name, std::uint64_t size) {
  struct stat status {};
  return ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) == size;
}

/// 0 or the errno.
int write_all(int to, char const* data, std::size_t size) {
  while (size > 0) {
    auto const count = ::write(to, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

int copy(LocalFile& from, int to) {
  std::vector<char> piece(copied_at_once);
  for (;;) {
    auto const count = from.read(piece.data(), piece.size());
    if (!count) return EIO;
    if (*count == 0) return ::fsync(to) == 0 ? 0 : errno;
    if (int const error = write_all(to, piece.data(), *count); error != 0) return error;
  }
}

class FolderWay : public Way {
 public:
  explicit FolderWay(DestinationSpec const& spec)
      : root_(std::get<FolderTarget>(spec.target).folder),
        mounted_(std::get<FolderTarget>(spec.target).mounted),
        names_recur_(spec.wrap.has_value()) {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    File const root{::open(root_.c_str(), folder_flags)};
    if (!root && errno == ENOENT)
      return {Verdict::down, "there is no folder " + root_.string() + "; make it, or mount it"};
    if (!root) return disk_outcome(disk_error("open folder", root_, errno));
    if (mounted_ && !is_mount_point(root))
      return {Verdict::down, "nothing is mounted at " + root_.string() + "; see findmnt"};
    auto const folder = open_below(root, root_, folder_of(upload.name));
    if (!folder) return disk_outcome(folder.error());
    std::string const name{leaf_of(upload.name)};
    if (upload.attempt > 1 && !names_recur_ && is_there(*folder, name, file->size()))
      return {Verdict::done, already_there};
    auto const temporary = ".snapcron-" + std::to_string(upload.id) + ".part";
    ::unlinkat(folder->get(), temporary.c_str(), 0);  // of an attempt that was killed
    int const error = place(*folder, temporary, name, *file);
    if (error == 0) return {};
    ::unlinkat(folder->get(), temporary.c_str(), 0);
    if (error == EINVAL || error == ENAMETOOLONG)
      return {Verdict::never, "its filesystem allows no file of the name " +
                                  snapcron::quoted(upload.name) + " in " + root_.string()};
    return disk_outcome(disk_error("write", root_ / upload.name, error));
  }

 private:
  /// Whole and durable before it has its name; what has the name so far is replaced, and never
  /// followed when it is a symbolic link. Returns 0 or the errno.
  static int place(File const& folder, std::string const& temporary, std::string const& name,
                   LocalFile& file) {
    File const part{::openat(folder.get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, picture_mode)};
    if (!part) return errno;
    if (int const error = copy(file, part.get()); error != 0) return error;
    bool const named =
        ::renameat(folder.get(), temporary.c_str(), folder.get(), name.c_str()) == 0 &&
        ::fsync(folder.get()) == 0;
    return named ? 0 : errno;
  }

  std::filesystem::path root_;
  bool mounted_;
  bool names_recur_;
};

}  // namespace

std::unique_ptr<Way> make_folder_way(DestinationSpec const& spec) {
  return std::make_unique<FolderWay>(spec);
}

}  // namespace snapcron::upload
