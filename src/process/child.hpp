#pragma once
// One program run to its end, without a shell: argv list, clean environment, bounded in time and
// output.

#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace snapcron {

struct ChildSpec {
  /// A name without a slash is searched in PATH.
  std::vector<std::string> argv;
  /// Added to a clean environment, of which PATH, LANG and TZ are kept from ours.
  std::vector<std::pair<std::string, std::string>> environment;
  Duration timeout = std::chrono::seconds{10};
  /// Of its stdout; a program that writes more is ended.
  std::size_t max_output = 64 * 1024;
  /// PIPE_BUF, the least that a pipe takes, is 4096.
  static constexpr std::size_t most_input = 4000;
  /// What it reads on its stdin, at most so much; empty: /dev/null.
  std::string input{};
};

struct ChildResult {
  int exit_code = 0;   // or minus the signal that ended it
  std::string output;  // stdout
  std::string errors;  // the first 4 KB of stderr
  Duration took{};
};

/// Runs the program in a process group of its own, with stdin /dev/null and no descriptor of ours
/// beyond 0-2. Whatever the exit code, the result is a value; an error is a program that cannot be
/// started (Fault::not_found, denied), did not end in time (timed_out) or wrote too much (failed).
/// On time-out, too much output and cancellation the group gets TERM and after 2 s KILL; what is
/// left of the group when the program itself ends is killed too. The child is always waited for,
/// never a zombie. Await it on the loop's own thread.
boost::asio::awaitable<Result<ChildResult>> run_child(ChildSpec spec);

}  // namespace snapcron
