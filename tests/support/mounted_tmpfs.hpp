#pragma once
// A small disk of a test's own, seen by this process only.

#include "private_mounts.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

namespace snapcron {

class MountedTmpfs {
 public:
  MountedTmpfs(std::filesystem::path at, std::string const& options) : at_(std::move(at)) {
    if (!enter_private_mounts() || ::mount("tmpfs", at_.c_str(), "tmpfs", 0, options.c_str()) != 0)
      why_not_ =
          std::string{"cannot mount a tmpfs here ("} + std::strerror(errno) + "); needs root";
  }
  MountedTmpfs(MountedTmpfs const&) = delete;
  MountedTmpfs& operator=(MountedTmpfs const&) = delete;
  ~MountedTmpfs() {
    if (why_not_.empty()) ::umount2(at_.c_str(), MNT_DETACH);
  }

  /// Empty when it is mounted.
  std::string const& why_not() const { return why_not_; }
  bool make_read_only() const {
    return ::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  std::filesystem::path at_;
  std::string why_not_;
};

}  // namespace snapcron
