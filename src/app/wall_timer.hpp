#pragma once
// A timer on the wall clock that also says when the clock was set (timerfd_create(2),
// TFD_TIMER_CANCEL_ON_SET). An idle timer costs no wake-up.

#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <optional>

namespace snapcron {

class WallTimer {
 public:
  enum class Wake { due, clock_set };

  explicit WallTimer(boost::asio::io_context& loop);

  /// Nothing: only a clock that is set wakes.
  void arm(std::optional<Instant> at);
  /// Waits for the armed time, or for the clock to be set; then arm() anew.
  boost::asio::awaitable<Wake> wait();

 private:
  boost::asio::posix::stream_descriptor timer_;
};

}  // namespace snapcron
