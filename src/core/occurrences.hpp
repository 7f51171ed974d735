#pragma once
// The times of a calendar trigger, whether it goes by cron or by the Sun.

#include "core/rule.hpp"

#include <optional>

namespace snapcron {

/// What a spring gap swallowed: the first instant after it, and how many of the trigger's times
/// were in it.
struct Gap {
  Instant at;
  unsigned count = 0;
};

class Occurrences {
 public:
  /// Nothing for a trigger that does not go by the calendar (@reboot among them). Keeps a pointer
  /// to the trigger.
  static std::optional<Occurrences> of(Trigger const& trigger);

  /// The first one after `after`; nothing when there is none.
  std::optional<Instant> next(Instant after) const;
  /// The last one after `from`, up to and with `until`; for any length of time in bounded time.
  std::optional<Instant> last(Instant from, Instant until) const;
  /// The first gap that ends after `after`, up to and with `until`, and swallowed times without
  /// making up for them.
  std::optional<Gap> gap(Instant after, Instant until) const;

  /// Intervals go by elapsed time: set back, the clock takes them along.
  bool is_interval() const;
  MissedPolicy const& missed() const;
  Duration jitter() const;

 private:
  explicit Occurrences(CronTrigger const& cron) : cron_(&cron) {}
  explicit Occurrences(SunTrigger const& sun) : sun_(&sun) {}

  CronTrigger const* cron_ = nullptr;
  SunTrigger const* sun_ = nullptr;
};

}  // namespace snapcron
