#pragma once
// A program of ours that is asked over and over: a line to its stdin, a line from its stdout.

#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace snapcron {

/// Made, used and destroyed on the loop's thread, in a program that ignores SIGPIPE. Whatever
/// becomes of it, the child is killed and waited for, without anybody standing still for that.
class AskedChild {
 public:
  static constexpr std::size_t longest_answer = 64 * 1024;

  /// Starts argv with a clean environment, in a process group of its own.
  static Result<std::unique_ptr<AskedChild>> start(boost::asio::any_io_executor loop,
                                                   std::vector<std::string> argv);
  ~AskedChild();
  AskedChild(AskedChild const&) = delete;
  AskedChild& operator=(AskedChild const&) = delete;

  /// Tells it something that has no answer. `line` has its end.
  boost::asio::awaitable<Result<void>> tell(std::string line, Duration longest);
  /// `line` has its end, the answer has none. After an error (it ended, it did not answer in time,
  /// it was cancelled) the child is of no use any more: the error's text says what it wrote to
  /// stderr.
  boost::asio::awaitable<Result<std::string>> ask(std::string line, Duration longest);
  /// Whoever waits for an answer gets an error.
  void kill();

 private:
  struct State;
  explicit AskedChild(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace snapcron
