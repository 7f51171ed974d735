#include "core/occurrences.hpp"

#include "core/upcoming.hpp"

#include <algorithm>

namespace snapcron {

std::optional<Occurrences> Occurrences::of(Trigger const& trigger) {
  if (auto const* cron = std::get_if<CronTrigger>(&trigger.what);
      cron && !cron->pattern.is_reboot())
    return Occurrences{*cron};
  if (auto const* sun = std::get_if<SunTrigger>(&trigger.what)) return Occurrences{*sun};
  return std::nullopt;
}

std::optional<Instant> Occurrences::next(Instant after) const {
  if (cron_) return next_time(cron_->pattern, cron_->zone, after, cron_->gap_run_once);
  auto const at = next_sun(sun_->event, sun_->place, after - sun_->offset);
  if (!at) return std::nullopt;
  return *at + sun_->offset;
}

std::optional<Instant> Occurrences::last(Instant from, Instant until) const {
  if (from >= until) return std::nullopt;
  if (cron_) {
    auto found = cron_->pattern.last(from, until, cron_->zone);
    if (!cron_->gap_run_once) return found;
    // A gap's end is an occurrence of its own.
    for (auto after = found.value_or(from);;) {
      auto const gap = cron_->pattern.swallowed(after, until, cron_->zone);
      if (!gap) return found;
      found = after = gap->at;
    }
  }
  // The Sun rises at most once in some 20 hours: the last one is near the end, or months before it
  // at the poles.
  for (auto back = std::chrono::hours{36};; back *= 4) {
    auto const begin = std::max(from, until - back);
    std::optional<Instant> found;
    for (auto at = next(begin); at && *at <= until; at = next(*at)) found = at;
    if (found || begin == from) return found;
  }
}

std::optional<Gap> Occurrences::gap(Instant after, Instant until) const {
  if (!cron_ || cron_->gap_run_once) return std::nullopt;
  auto const swallowed = cron_->pattern.swallowed(after, until, cron_->zone);
  if (!swallowed) return std::nullopt;
  return Gap{swallowed->at,
             static_cast<unsigned>(std::min<std::uint64_t>(swallowed->count, 1'000'000))};
}

bool Occurrences::is_interval() const {
  return cron_ && cron_->pattern.is_interval();
}
MissedPolicy const& Occurrences::missed() const {
  return cron_ ? cron_->missed : sun_->missed;
}
Duration Occurrences::jitter() const {
  return cron_ ? cron_->jitter : Duration::zero();
}

}  // namespace snapcron
