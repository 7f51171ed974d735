#pragma once
// The two time bases, never converted silently into one another.

#include <chrono>

namespace snapcron {

/// Wall time, UTC, nanoseconds since 1970. Calendars and file names use it; it may jump.
using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;

/// CLOCK_MONOTONIC, nanoseconds. Debounce, pulses, delays, cooldown and time-outs use it.
/// The kernel stamps edges on it. (Only the type is used in core: core never reads a clock.)
using Steady = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

using Duration = std::chrono::nanoseconds;

/// The same moment on both bases. Functions of the core take it as an argument.
struct Moment {
  Steady steady;
  Instant wall;

  /// The wall time of another steady time, judged by the offset at this moment.
  Instant wall_of(Steady at) const { return wall - (steady - at); }
  friend bool operator==(Moment const&, Moment const&) = default;
};

}  // namespace snapcron
