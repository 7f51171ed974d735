#pragma once
// The newest changes of all lines, for any number of clients that follow them at their own pace.

#include "core/error.hpp"
#include "core/line_change.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <set>

namespace snapcron {

/// All calls are made on the loop.
class LineFeed {
 public:
  /// One who is further behind has missed something.
  static constexpr std::size_t most_kept = 4096;

  explicit LineFeed(boost::asio::io_context& loop) : loop_{loop} {}

  void add(LineChange const& change);
  /// The moment behind the newest change.
  std::uint64_t now() const { return next_; }
  /// What changed after that moment; where nothing did, waits for it, at most so long. Fault::gone
  /// when not all of it is known any more.
  boost::asio::awaitable<Result<LineNews>> after(std::uint64_t moment, Duration wait);

 private:
  boost::asio::io_context& loop_;
  std::deque<LineChange> changes_;
  std::uint64_t next_ = 0;  // of the change to come
  using Timers = std::set<boost::asio::steady_timer*>;
  std::shared_ptr<Timers> waiting_ = std::make_shared<Timers>();  // those who wait may outlive us
};

}  // namespace snapcron
