#pragma once
// The socket between the daemon and its relay guard: CONTROL_SOCKET.guard, for their own user
// alone.

#include "core/error.hpp"
#include "core/time.hpp"
#include "process/descriptor.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace snapcron::guard {

std::filesystem::path socket_of(std::filesystem::path const& control_socket);

/// Listens; a socket that nobody listens on any more is replaced.
Result<Descriptor> listen_at(std::filesystem::path const& socket);
/// Fault::not_found when nobody listens there.
Result<Descriptor> connect_to(std::filesystem::path const& socket);
/// The process that listened at the other end, or that connected to it; Fault::denied when it is
/// neither of our user nor root's.
Result<pid_t> peer_of(int connection);

enum class Sent { yes, later, never };
/// One message; `later` when the other end does not read. Neither blocks nor raises SIGPIPE.
Sent send(int connection, std::string_view bytes);

enum class Received { message, nothing, end };
/// Where messages arrive.
class Inbox {
 public:
  Inbox();
  /// One message, as message() from then on; `nothing` when none waits.
  Received receive(int connection);
  std::string_view message() const { return {buffer_.get(), size_}; }

 private:
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
};
/// Waits until there is something to receive; false when that takes too long.
bool wait_readable(int descriptor, Steady until);

}  // namespace snapcron::guard
