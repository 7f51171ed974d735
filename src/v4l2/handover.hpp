#pragma once
// What stands between a device's thread and the loop. The thread knows nothing else of us, so that
// one that hangs in its driver can be left behind.

#include "core/error.hpp"
#include "core/time.hpp"
#include "process/descriptor.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace snapcron {

class Handover {
 public:
  struct Shot {
    std::shared_ptr<std::string const> jpeg;
    Steady taken;
  };

  /// Throws when the system has no descriptors left.
  Handover();

  // ---- the device's thread
  /// When the loop is behind, the oldest of the few that wait is dropped.
  void put(Shot shot);
  /// The last word; an error if it was not asked to stop.
  void end(Result<void> how);
  /// Readable when it is to stop.
  int stop_descriptor() const { return stop_.get(); }

  // ---- the loop
  std::deque<Shot> take();
  std::optional<Result<void>> ended();
  void stop();
  /// Readable when there is a shot, or the end; take() makes it unreadable.
  int news_descriptor() const { return news_.get(); }

 private:
  Descriptor news_, stop_;
  std::mutex mutex_;
  std::deque<Shot> shots_;
  std::optional<Result<void>> ended_;
};

}  // namespace snapcron
