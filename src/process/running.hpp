#pragma once
// A child of ours while it lives.

#include "process/child.hpp"
#include "process/spawn.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace snapcron {

/// Handlers keep it alive, so that it is waited for even when nobody is interested any more.
class RunningChild : public std::enable_shared_from_this<RunningChild> {
 public:
  /// Gets its stdout piece by piece; false: no more of it is wanted.
  using Sink = std::function<bool(std::string_view)>;

  /// Without a sink its stdout is kept in the result, at most `max_output` bytes.
  RunningChild(boost::asio::any_io_executor const& loop, Spawned child, std::size_t max_output);
  RunningChild(boost::asio::any_io_executor const& loop, Spawned child, Sink sink);
  /// The loop itself is going away: the child may not outlive it.
  ~RunningChild();
  RunningChild(RunningChild const&) = delete;
  RunningChild& operator=(RunningChild const&) = delete;

  void watch();
  void signal(int number) const;
  /// Whoever got the output is gone; what still comes is dropped.
  void forget_sink() { sink_ = nullptr; }

  boost::asio::steady_timer changed;  // cancelled when one of these has become true
  bool ended = false;
  bool too_much = false;  // or as much as the sink wanted
  ChildResult result;

 private:
  void listen(boost::asio::posix::stream_descriptor& pipe);
  bool drain(boost::asio::posix::stream_descriptor& pipe);
  bool drain_output();
  bool drain_into_sink();
  bool drain_errors();
  void enough();
  void reap();

  pid_t pid_;
  std::size_t max_output_ = 0;
  bool has_sink_ = false;
  Sink sink_;
  boost::asio::posix::stream_descriptor ended_, output_, errors_;
};

/// TERM to its group, and KILL after 2 s when that does not help. Cancellation must be looked for,
/// not thrown: a child that is being ended must be waited for.
boost::asio::awaitable<void> end_child(RunningChild& child);

}  // namespace snapcron
