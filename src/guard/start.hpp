#pragma once
// How the daemon gets a guard process, and gets rid of one that does not answer.

#include "core/error.hpp"
#include "process/descriptor.hpp"

#include <sys/types.h>

#include <filesystem>

namespace snapcron::guard {

/// Where the guard finds its listening socket.
constexpr int listener_descriptor = 3;

struct Process {
  pid_t pid = -1;
  Descriptor ended;  // pidfd: readable when it has ended
};

/// This program once more, as `snapcron guard CONTROL_SOCKET`: in a session of its own, deaf to
/// TERM, INT and HUP, with `listener` and our stderr and nothing else.
Result<Process> start_guard(std::filesystem::path const& control_socket, int listener);

/// A process that is running already.
Result<Process> process_of(pid_t pid);

/// Kills it, if it still lives, and waits for its end.
void make_sure_of_end(Process const& process);

}  // namespace snapcron::guard
