#pragma once
// posix_spawn with what every child of ours needs.

#include "core/error.hpp"
#include "process/child.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace snapcron {

/// An owned descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Spawned {
  pid_t pid = -1;     // also the number of its process group
  Descriptor ended;   // pidfd: readable when the child has ended
  Descriptor output;  // our end of its stdout, not blocking
  Descriptor errors;  // of its stderr
};

/// The absolute path of the program that `name` means, by PATH when it has no slash.
Result<std::string> find_program(std::string const& name);

/// Starts the program. Whoever calls must wait for the child.
Result<Spawned> spawn(ChildSpec const& spec);

}  // namespace snapcron
