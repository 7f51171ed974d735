#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

namespace snapcron {

/// From here on, what this process mounts is seen by itself only. False with errno when it may not
/// (needs root).
inline bool enter_private_mounts() {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return true;
  // In a changed root that is no mount of its own it suffices that nothing is shared.
  int const error = errno;
  std::ifstream in{"/proc/self/mountinfo"};
  std::string const mounts{std::istreambuf_iterator<char>{in}, {}};
  errno = error;
  return !mounts.empty() && mounts.find(" shared:") == std::string::npos;
}

}  // namespace snapcron
