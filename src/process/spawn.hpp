#pragma once
// posix_spawn with what every child of ours needs.

#include "core/error.hpp"
#include "process/child.hpp"
#include "process/descriptor.hpp"

#include <sys/types.h>

#include <string>

namespace snapcron {

struct Spawned {
  pid_t pid = -1;     // also the number of its process group
  Descriptor ended;   // pidfd: readable when the child has ended
  Descriptor output;  // our end of its stdout, not blocking
  Descriptor errors;  // of its stderr
  Descriptor input;   // of its stdin, when that is a pipe, not blocking
};

enum class Stdin { nothing, pipe };

/// The absolute path of the program that `name` means, by PATH when it has no slash.
Result<std::string> find_program(std::string const& name);

/// Starts the program. Whoever calls must wait for the child.
Result<Spawned> spawn(ChildSpec const& spec, Stdin input = Stdin::nothing);

}  // namespace snapcron
