// The Sun's place after J. Meeus, Astronomical Algorithms, chapters 12, 22 and 25, with the largest
// perturbations by Venus, Jupiter and the Moon from his Astronomical Formulae for Calculators,
// chapter 18: a thousandth of a degree, a quarter of a second of time.

#include "core/sun.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace snapcron {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

// Of the Sun's centre, in degrees: 50' for its radius and the refraction, less its parallax, by
// which it stands lower for us than for the Earth's centre.
constexpr double horizon = -50.0 / 60 + 0.00244;
constexpr double a_day = 86'400, century = 36'525 * a_day;
constexpr std::int64_t epoch_2000 = 946'728'000;  // 2000-01-01T12:00:00Z in seconds from 1970
constexpr double dynamical_time = 69;             // ahead of UTC, in seconds; about 2026
constexpr int longest_search = 2 * 400;           // half days

double radians(double degrees) {
  return degrees * (std::numbers::pi / 180);
}
double degrees(double radians) {
  return radians * (180 / std::numbers::pi);
}
double sine(double degrees) {
  return std::sin(radians(degrees));
}
double cosine(double degrees) {
  return std::cos(radians(degrees));
}

/// Where the Sun stands above Greenwich's meridian and the equator, in degrees.
struct SunPosition {
  double hour_angle, declination;
};

SunPosition sun_at(double time) {  // seconds from epoch_2000
  double const t = (time + dynamical_time) / century;
  double const mean_longitude = 280.46646 + t * (36000.76983 + t * 0.0003032);
  double const anomaly = 357.52911 + t * (35999.05029 - t * 0.0001537);
  double const centre = (1.914602 - t * (0.004817 + t * 0.000014)) * sine(anomaly) +
                        (0.019993 - t * 0.000101) * sine(2 * anomaly) +
                        0.000289 * sine(3 * anomaly);
  double const t1900 = t + 1;
  double const perturbed = 0.00134 * cosine(153.23 + 22518.7541 * t1900) +
                           0.00154 * cosine(216.57 + 45037.5082 * t1900) +
                           0.00200 * cosine(312.69 + 32964.3577 * t1900) +
                           0.00179 * sine(350.74 + 445267.1142 * t1900) +
                           0.00178 * sine(231.19 + 20.20 * t1900);
  double const node = 125.04452 - 1934.136261 * t;
  double const nutation = -0.00478 * sine(node) - 0.00037 * sine(2 * mean_longitude);
  double const aberration = -0.00569;
  double const longitude = mean_longitude + centre + perturbed + aberration + nutation;
  double const obliquity = 23.4392911 - t * 0.0130042 + 0.00256 * cosine(node);
  double const ascension =
      degrees(std::atan2(cosine(obliquity) * sine(longitude), cosine(longitude)));
  double const universal = time / century;
  double const sidereal = 280.46061837 + 360.98564736629 * (time / a_day) +
                          universal * universal * 0.000387933 + nutation * cosine(obliquity);
  return {sidereal - ascension, degrees(std::asin(sine(obliquity) * sine(longitude)))};
}

double seconds_from_2000(std::int64_t unix_time) {
  return static_cast<double>(unix_time - epoch_2000);
}

bool is_up(Place place, std::int64_t unix_time) {
  auto const sun = sun_at(seconds_from_2000(unix_time));
  auto const height =
      sine(place.latitude) * sine(sun.declination) +
      cosine(place.latitude) * cosine(sun.declination) * cosine(sun.hour_angle + place.longitude);
  return height >= sine(horizon);
}

/// The time near `unix_time` at which the Sun is highest, or lowest: where its hour angle is 0 or
/// 180.
std::int64_t culmination_near(std::int64_t unix_time, Place place, double hour_angle) {
  auto const sun = sun_at(seconds_from_2000(unix_time));
  auto const past = std::remainder(sun.hour_angle + place.longitude - hour_angle, 360.0);
  return unix_time - std::llround(past / 360 * a_day);
}

}  // namespace

std::optional<Instant> next_sun(SunEvent event, Place place, Instant after) {
  auto const from = floor<seconds>(after).time_since_epoch().count();
  bool const up = event == SunEvent::sunrise;
  // From a lowest point to the highest and on to the next lowest the Sun goes one way at a time.
  double hour_angle = 180;
  auto begin = culmination_near(from - static_cast<std::int64_t>(a_day), place, hour_angle);
  bool was_up = is_up(place, begin);
  for (int i = 0; i < longest_search; ++i) {
    hour_angle = 180 - hour_angle;
    auto end = culmination_near(begin + static_cast<std::int64_t>(a_day / 2), place, hour_angle);
    bool const ends_up = is_up(place, end);
    if (was_up != up && ends_up == up && end > from) {
      auto before = begin, at = end;
      while (at - before > 1) {
        auto const middle = before + (at - before) / 2;
        (is_up(place, middle) == up ? at : before) = middle;
      }
      if (at > from) return Instant{seconds{at}};
    }
    begin = end;
    was_up = ends_up;
  }
  return std::nullopt;
}

bool is_day(Place place, Instant at) {
  return is_up(place, floor<seconds>(at).time_since_epoch().count());
}

}  // namespace snapcron
