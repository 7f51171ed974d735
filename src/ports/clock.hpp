#pragma once
// Time for the shell. Real: SystemClock. Tests: a clock that stands still until moved.

#include "core/time.hpp"

namespace snapcron {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Moment now() const = 0;
};

/// CLOCK_MONOTONIC and CLOCK_REALTIME.
class SystemClock : public Clock {
 public:
  Moment now() const override {
    return {std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()),
            std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())};
  }
};

}  // namespace snapcron
