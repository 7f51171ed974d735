#include "store/folder.hpp"

#include "core/quantity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace snapcron {
namespace {

constexpr mode_t folder_mode = 0755;

/// How full the disk is that holds `path` or the nearest folder above it.
std::string free_space(std::filesystem::path path) {
  struct statvfs disk {};
  while (::statvfs(path.c_str(), &disk) != 0) {
    if (!path.has_relative_path()) return "no space left";
    path = path.parent_path();
  }
  if (disk.f_bavail > 0 && disk.f_files > 0 && disk.f_favail == 0)
    return "no space left for more files (all " + std::to_string(disk.f_files) +
           " inodes are taken)";
  return "no space left (" + size_text(disk.f_bavail * disk.f_frsize) + " of " +
         size_text(disk.f_blocks * disk.f_frsize) + " free)";
}

std::string user_text() {
  return "user " + std::to_string(::geteuid());
}

}  // namespace

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Error disk_error(std::string_view attempt, std::filesystem::path const& path, int error) {
  auto const begin = "cannot " + std::string{attempt} + " " + path.string() + ": ";
  switch (error) {
    case ENOSPC:
      return {Fault::no_space, begin + free_space(path) + "; delete pictures or use another disk"};
    case EDQUOT:
      return {Fault::no_space, begin + "the disk quota of " + user_text() + " is used up"};
    case EROFS:
      return {Fault::no_space,
              begin + "the disk is read-only; it may have failed (see dmesg), or is mounted so"};
    case EACCES:
    case EPERM:
      return {Fault::denied, begin + "permission denied for " + user_text() +
                                 "; the folder must be writable for it (chown)"};
    case EIO:
      return {Fault::failed, begin + "the disk reports an input/output error; it may be failing"};
    case ELOOP:
      return {Fault::refused, begin + "a symbolic link is in its place; links are not followed"};
    case ENOTDIR:
      return {Fault::refused,
              begin + "a folder is needed where something else (or a symbolic link) is"};
    default:
      return {error == ENOENT ? Fault::not_found : Fault::failed, begin + std::strerror(error)};
  }
}

namespace {

/// Where other disks are mounted: what is missing there is no folder, but a disk.
bool is_of_another_disk(std::filesystem::path const& folder) {
  return std::ranges::any_of(std::array{"/mnt/", "/media/", "/run/media/"},
                             [&](auto const* place) { return folder.string().starts_with(place); });
}

/// Durably. `path` is normal and without a slash at its end.
Result<File> make_with_parents(std::filesystem::path const& path) {
  auto const parent_path = path.has_parent_path() ? path.parent_path() : ".";
  File parent{::open(parent_path.c_str(), folder_flags)};
  if (!parent && errno == ENOENT && path.has_relative_path()) {
    if (is_of_another_disk(parent_path))
      return Error{Fault::not_found, "cannot make folder " + path.string() + ": its parent " +
                                         parent_path.string() +
                                         " does not exist; make it, or mount what belongs there"};
    auto made = make_with_parents(parent_path);
    if (!made) return made.error();
    parent = std::move(*made);
  }
  if (!parent) return disk_error("open folder", parent_path, errno);
  if (::mkdirat(parent.get(), path.filename().c_str(), folder_mode) != 0 && errno != EEXIST)
    return disk_error("make folder", path, errno);
  if (::fsync(parent.get()) != 0) return disk_error("make folder", path, errno);
  File folder{::openat(parent.get(), path.filename().c_str(), folder_flags)};
  if (!folder) return disk_error("open folder", path, errno);
  return folder;
}

}  // namespace

Result<File> open_root(std::filesystem::path const& directory) {
  File root{::open(directory.c_str(), folder_flags)};
  if (root) return root;
  if (errno != ENOENT) return disk_error("open folder", directory, errno);
  auto path = directory.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "/a/b/"
  return make_with_parents(path);
}

Result<File> open_below(File const& root, std::filesystem::path const& directory,
                        std::string_view parts) {
  File folder{::openat(root.get(), ".", folder_flags)};
  auto path = directory;
  while (folder && !parts.empty()) {
    std::string const part{parts.substr(0, parts.find('/'))};
    parts.remove_prefix(std::min(parts.size(), part.size() + 1));
    path /= part;
    File next{::openat(folder.get(), part.c_str(), folder_flags | O_NOFOLLOW)};
    if (!next && errno == ENOENT) {
      if (::mkdirat(folder.get(), part.c_str(), folder_mode) != 0 && errno != EEXIST)
        return disk_error("make folder", path, errno);
      if (::fsync(folder.get()) != 0) return disk_error("make folder", path, errno);
      next = File{::openat(folder.get(), part.c_str(), folder_flags | O_NOFOLLOW)};
    }
    folder = std::move(next);
  }
  if (!folder) return disk_error("open folder", path, errno);
  return folder;
}

bool is_plain_path(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    auto const end = std::min(path.find('/', begin), path.size());
    auto const part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos)
      return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace snapcron
