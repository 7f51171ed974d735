#include "store/unfinished_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>

namespace snapcron {
namespace {

constexpr mode_t file_mode = 0644;
constexpr std::string_view begin_of_name = ".snapcron-";
constexpr std::string_view picture = ".part";
constexpr std::string_view link_to_be = ".link";

bool knows_no_unnamed_files(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

}  // namespace

boost::system::result<std::optional<UnfinishedFile>, int> UnfinishedFile::unnamed(
    File const& folder) {
  File file{::openat(folder.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, file_mode)};
  if (file) return std::optional{UnfinishedFile{std::move(file), nullptr, {}}};
  if (knows_no_unnamed_files(errno)) return std::optional<UnfinishedFile>{};
  return int{errno};
}

boost::system::result<UnfinishedFile, int> UnfinishedFile::hidden(File const& root) {
  for (;;) {
    auto name = hidden_name(picture);
    File file{::openat(root.get(), name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode)};
    if (!file && errno == EEXIST) continue;
    if (!file) return int{errno};
    ::flock(file.get(), LOCK_EX | LOCK_NB);  // says that its owner lives
    return UnfinishedFile{std::move(file), &root, std::move(name)};
  }
}

UnfinishedFile::~UnfinishedFile() {
  if (file_ && !name_.empty()) ::unlinkat(root_->get(), name_.c_str(), 0);
}

int UnfinishedFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(file_.get()) == 0 ? 0 : errno;
}

int UnfinishedFile::link(File const& folder, std::string const& name) {
  if (root_ == nullptr) {
    auto const self = "/proc/self/fd/" + std::to_string(file_.get());
    return ::linkat(AT_FDCWD, self.c_str(), folder.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0
               ? 0
               : errno;
  }
  if (::renameat2(root_->get(), name_.c_str(), folder.get(), name.c_str(), RENAME_NOREPLACE) == 0) {
    name_.clear();
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A filesystem without the flag (NFS): link() does not replace either.
  return ::linkat(root_->get(), name_.c_str(), folder.get(), name.c_str(), 0) == 0 ? 0 : errno;
}

void UnfinishedFile::remove_leftovers(File const& root) {
  int const again = ::openat(root.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, int (*)(DIR*)> const folder{again < 0 ? nullptr : ::fdopendir(again),
                                                   &::closedir};
  while (folder) {
    dirent const* const entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    std::string_view const name = entry->d_name;
    if (!name.starts_with(begin_of_name)) continue;
    struct stat status {};
    if (::fstatat(root.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (name.ends_with(link_to_be) && S_ISLNK(status.st_mode))
      ::unlinkat(root.get(), entry->d_name, 0);
    if (!name.ends_with(picture) || !S_ISREG(status.st_mode)) continue;
    File const file{
        ::openat(root.get(), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
      ::unlinkat(root.get(), entry->d_name, 0);
  }
}

std::string UnfinishedFile::hidden_name(std::string_view extension) {
  static std::atomic<std::uint64_t> count{0};
  return std::string{begin_of_name} + std::to_string(::getpid()) + "-" + std::to_string(++count) +
         std::string{extension};
}

}  // namespace snapcron
