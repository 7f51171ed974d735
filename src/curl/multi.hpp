#pragma once
// libcurl's multi interface on an Asio loop: curl decides, Asio waits.

#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace snapcron {

/// Costs nothing until the first transfer: libcurl is initialised then.
class Multi {
 public:
  /// When a transfer counts as stalled. The transfer itself notes when it last moved; zero: not
  /// watched now.
  struct Stall {
    Duration limit{};
    Steady last_moved{};
  };
  /// What perform() returns for a stalled transfer; no CURLcode has this value.
  static constexpr int stalled = -1;

  explicit Multi(boost::asio::io_context& loop);
  ~Multi();

  /// Performs one prepared transfer of a CURL easy handle; cancelling the coroutine drops it.
  /// Returns the CURLcode, or `stalled`. Handle and `stall` must outlive the call, and the handles
  /// this Multi.
  boost::asio::awaitable<int> perform(void* easy, Stall& stall);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace snapcron
