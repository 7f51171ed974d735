#pragma once
// Sunrise, sunset and daylight for a place on the Earth.

#include "core/time.hpp"

#include <optional>

namespace snapcron {

/// Degrees: latitude from -90 (south) to 90, longitude from -180 (west) to 180.
struct Place {
  double latitude = 0, longitude = 0;
  friend bool operator==(Place const&, Place const&) = default;
};

enum class SunEvent { sunrise, sunset };

/// The first sunrise or sunset after `after`: the second in which the Sun's upper edge comes to the
/// sea's horizon, as almanacs have it (its centre 50' below the line, with the usual refraction).
/// Right within seconds from 1950 to 2100, and within half a minute where it only grazes the
/// horizon; the air is seldom that exact. Where the Sun stays up or down for months, the first one
/// after them; a year holds one everywhere, so there is always one.
std::optional<Instant> next_sun(SunEvent event, Place place, Instant after);

/// From the second of sunrise to before that of sunset.
bool is_day(Place place, Instant at);

}  // namespace snapcron
