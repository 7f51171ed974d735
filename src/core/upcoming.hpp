#pragma once
// When a schedule is due next.

#include "core/cron.hpp"

namespace snapcron {

/// The first time after `after`, or nothing when there is none. Without `gap_run_once` that is
/// next(). With it, a spring gap that swallowed fixed times of the pattern (one or several) yields
/// one time at its end, which is not told twice when the pattern names that time too.
inline std::optional<Instant> next_time(Cron const& cron, Zone const& zone, Instant after,
                                        bool gap_run_once) {
  return cron.next(after, zone, gap_run_once ? Cron::Gap::run_once : Cron::Gap::skip);
}

}  // namespace snapcron
