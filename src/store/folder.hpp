#pragma once
// Folders by descriptor: what lies below one is reached without following a symbolic link.

#include "core/error.hpp"

#include <fcntl.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace snapcron {

inline constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// An owned descriptor.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// What an errno of the disk means to a person: "cannot ATTEMPT PATH: no space left (0 B of 2.0 MB
/// free), ...".
Error disk_error(std::string_view attempt, std::filesystem::path const& path, int error);

/// The folder itself; made when it is missing, with those above it. Not so below /mnt, /media and
/// /run/media: there the disk is missing.
Result<File> open_root(std::filesystem::path const& directory);

/// The folder `parts` ("" or "a/b") below `root`, made durably as far as it is missing. Symbolic
/// links in between are refused. `directory` is root's path, for texts.
Result<File> open_below(File const& root, std::filesystem::path const& directory,
                        std::string_view parts);

/// A relative path without empty, "." and ".." parts.
bool is_plain_path(std::string_view path);

}  // namespace snapcron
