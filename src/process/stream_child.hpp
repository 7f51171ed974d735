#pragma once
// A program that goes on writing, such as one that turns a camera's video into pictures.

#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct StreamSpec {
  /// A name without a slash is searched in PATH.
  std::vector<std::string> argv;
  /// What it reads on its stdin, at most 4000 bytes: what nobody may see in the list of processes.
  std::string input;
  Duration first_within = std::chrono::seconds{10};  // until it writes anything
  Duration stall_timeout = std::chrono::seconds{5};  // from then on
};

struct StreamEnd {
  bool enough = false;   // the receiver wanted no more
  bool stalled = false;  // it wrote nothing for too long
  int exit_code = 0;     // or minus the signal; of one that ended by itself
  std::string errors;    // the first 4 KB of stderr
};

/// Runs the program as run_child() does, but hands over each piece of its stdout as it comes, as
/// long as `take` says true; then, when it stalls and on cancellation the group gets TERM and after
/// 2 s KILL. The child is always waited for. An error is a program that cannot be started.
boost::asio::awaitable<Result<StreamEnd>> stream_child(StreamSpec spec,
                                                       std::function<bool(std::string_view)> take);

}  // namespace snapcron
