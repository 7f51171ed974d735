#pragma once
// Which frames of a running device are worth more than to be given back.

#include "core/time.hpp"

#include <sys/time.h>

#include <cstdint>

namespace snapcron {

/// What a device's buffer says of itself.
struct BufferFacts {
  bool damaged = false;    // by the driver's word, or what is in it is no frame
  bool monotonic = false;  // `stamp` is of CLOCK_MONOTONIC
  timeval stamp{};         // when the driver had the frame
};

/// When it was taken: by the driver's stamp if that can be, else now. A stamp of the future, or of
/// longer ago than a frame may wait, is a driver that counts otherwise.
Steady taken_at(BufferFacts const& buffer, Steady now);

enum class Verdict { wanted, not_wanted, broken };

class Picking {
 public:
  /// The first `settling` whole frames are passed over, but none from `settled_by` on: cameras set
  /// their exposure by them. From then on `fps` a second are wanted; 0: all.
  Picking(unsigned settling, Steady settled_by, unsigned fps);

  Verdict judge(BufferFacts const& buffer, Steady taken);

 private:
  unsigned settling_;
  Steady settled_by_;
  Duration period_;
  Steady due_ = Steady::min();
};

}  // namespace snapcron
