#pragma once
// Sunrise and sunset: when the Sun's upper edge stands at the horizon, with the usual refraction (altitude of its
// centre -0.8333 degrees). Pure arithmetic.

#include "core/time.hpp"

#include <optional>

namespace snapcron {

/// Degrees; north and east are positive.
struct Place {
  double latitude = 0;
  double longitude = 0;
  friend bool operator==(Place const&, Place const&) = default;
};

enum class SunEvent { sunrise, sunset };

/// The first such event after `after`; nothing when there is none for more than a year.
std::optional<Instant> next_sun(SunEvent event, Place const& place, Instant after);
/// Whether the Sun is up.
bool is_day(Place const& place, Instant at);

}  // namespace snapcron
