#include "core/sun.hpp"

#include "core/zone.hpp"
#include "support/times.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

using test::at;

constexpr Place quito{-0.1807, -78.4678};
constexpr Place stockholm{59.3293, 18.0686};
constexpr Place tromso{69.6492, 18.9553};
constexpr Place sydney{-33.8688, 151.2093};
constexpr Place suva{-18.1416, 178.4419};
constexpr Place auckland{-36.8485, 174.7633};
constexpr Place reykjavik{64.1466, -21.9426};
constexpr Place longyearbyen{78.2232, 15.6267};
constexpr Place mcmurdo{-77.8419, 166.6863};
// The first is nearly on the equator, two are beside the date line, three beyond the polar circles.

struct Almanac {
  Place place;
  char const* after;
  char const* sunrise;
  char const* sunset;
};

// By PyEphem 4.1.4 (VSOP87), which is right within a second: the Sun's centre at -0:50, no
// refraction besides.
Almanac const almanac[] = {
    {quito, "2026-01-15T03:00:00Z", "2026-01-15T11:19:25Z", "2026-01-15T23:27:16Z"},
    {quito, "2026-03-20T12:00:00Z", "2026-03-21T11:17:42Z", "2026-03-20T23:24:29Z"},
    {quito, "2026-06-21T00:00:00Z", "2026-06-21T11:12:22Z", "2026-06-21T23:19:06Z"},
    {quito, "2026-09-23T18:00:00Z", "2026-09-24T11:02:35Z", "2026-09-23T23:09:25Z"},
    {quito, "2026-11-28T00:00:00Z", "2026-11-28T10:57:57Z", "2026-11-28T23:05:49Z"},
    {quito, "2026-12-21T00:00:00Z", "2026-12-21T11:07:59Z", "2026-12-21T23:16:06Z"},
    {quito, "2031-05-05T05:05:05Z", "2031-05-05T11:07:21Z", "2031-05-05T23:13:49Z"},
    {quito, "1999-08-11T00:00:00Z", "1999-08-11T11:15:52Z", "1999-08-11T23:22:17Z"},
    {quito, "2047-02-28T00:00:00Z", "2047-02-28T11:22:53Z", "2047-02-28T23:29:42Z"},
    {stockholm, "2026-01-15T03:00:00Z", "2026-01-15T07:30:24Z", "2026-01-15T14:24:20Z"},
    {stockholm, "2026-03-20T12:00:00Z", "2026-03-21T04:46:53Z", "2026-03-20T17:01:52Z"},
    {stockholm, "2026-06-21T00:00:00Z", "2026-06-21T01:30:54Z", "2026-06-21T20:08:10Z"},
    {stockholm, "2026-09-23T18:00:00Z", "2026-09-24T04:36:27Z", "2026-09-24T16:41:45Z"},
    {stockholm, "2026-11-28T00:00:00Z", "2026-11-28T07:11:03Z", "2026-11-28T13:59:45Z"},
    {stockholm, "2026-12-21T00:00:00Z", "2026-12-21T07:43:24Z", "2026-12-21T13:48:08Z"},
    {stockholm, "2031-05-05T05:05:05Z", "2031-05-06T02:37:03Z", "2031-05-05T18:51:00Z"},
    {stockholm, "1999-08-11T00:00:00Z", "1999-08-11T02:54:24Z", "1999-08-11T18:49:55Z"},
    {stockholm, "2047-02-28T00:00:00Z", "2047-02-28T05:48:13Z", "2047-02-28T16:13:20Z"},
    {tromso, "2026-01-15T03:00:00Z", "2026-01-15T10:29:35Z", "2026-01-15T11:18:15Z"},
    {tromso, "2026-03-20T12:00:00Z", "2026-03-21T04:39:23Z", "2026-03-20T17:01:31Z"},
    {tromso, "2026-06-21T00:00:00Z", "2026-07-25T23:05:16Z", "2026-07-25T22:37:04Z"},
    {tromso, "2026-09-23T18:00:00Z", "2026-09-24T04:31:44Z", "2026-09-24T16:38:36Z"},
    {tromso, "2026-11-28T00:00:00Z", "2027-01-15T10:35:11Z", "2027-01-15T11:12:31Z"},
    {tromso, "2026-12-21T00:00:00Z", "2027-01-15T10:35:11Z", "2027-01-15T11:12:31Z"},
    {tromso, "2031-05-05T05:05:05Z", "2031-05-06T00:52:56Z", "2031-05-05T20:27:41Z"},
    {tromso, "1999-08-11T00:00:00Z", "1999-08-11T01:21:25Z", "1999-08-11T20:13:07Z"},
    {tromso, "2047-02-28T00:00:00Z", "2047-02-28T06:15:10Z", "2047-02-28T15:39:52Z"},
    {sydney, "2026-01-15T03:00:00Z", "2026-01-15T19:00:27Z", "2026-01-15T09:08:59Z"},
    {sydney, "2026-03-20T12:00:00Z", "2026-03-20T19:58:44Z", "2026-03-21T08:05:35Z"},
    {sydney, "2026-06-21T00:00:00Z", "2026-06-21T21:00:11Z", "2026-06-21T06:53:49Z"},
    {sydney, "2026-09-23T18:00:00Z", "2026-09-23T19:42:34Z", "2026-09-24T07:52:38Z"},
    {sydney, "2026-11-28T00:00:00Z", "2026-11-28T18:37:44Z", "2026-11-28T08:48:17Z"},
    {sydney, "2026-12-21T00:00:00Z", "2026-12-21T18:41:08Z", "2026-12-21T09:05:24Z"},
    {sydney, "2031-05-05T05:05:05Z", "2031-05-05T20:33:08Z", "2031-05-05T07:11:07Z"},
    {sydney, "1999-08-11T00:00:00Z", "1999-08-11T20:38:12Z", "1999-08-11T07:22:07Z"},
    {sydney, "2047-02-28T00:00:00Z", "2047-02-28T19:42:30Z", "2047-02-28T08:33:13Z"},
    {suva, "2026-01-15T03:00:00Z", "2026-01-15T17:42:59Z", "2026-01-15T06:48:24Z"},
    {suva, "2026-03-20T12:00:00Z", "2026-03-20T18:10:10Z", "2026-03-21T06:16:36Z"},
    {suva, "2026-06-21T00:00:00Z", "2026-06-21T18:36:56Z", "2026-06-21T05:39:10Z"},
    {suva, "2026-09-23T18:00:00Z", "2026-09-24T17:53:47Z", "2026-09-24T06:02:29Z"},
    {suva, "2026-11-28T00:00:00Z", "2026-11-28T17:20:57Z", "2026-11-28T06:27:15Z"},
    {suva, "2026-12-21T00:00:00Z", "2026-12-21T17:27:53Z", "2026-12-21T06:40:42Z"},
    {suva, "2031-05-05T05:05:05Z", "2031-05-05T18:21:21Z", "2031-05-05T05:44:47Z"},
    {suva, "1999-08-11T00:00:00Z", "1999-08-11T18:28:17Z", "1999-08-11T05:54:28Z"},
    {suva, "2047-02-28T00:00:00Z", "2047-02-28T18:04:50Z", "2047-02-28T06:32:48Z"},
    {auckland, "2026-01-15T03:00:00Z", "2026-01-15T17:18:47Z", "2026-01-15T07:42:11Z"},
    {auckland, "2026-03-20T12:00:00Z", "2026-03-20T18:24:20Z", "2026-03-21T06:31:32Z"},
    {auckland, "2026-06-21T00:00:00Z", "2026-06-21T19:33:54Z", "2026-06-21T05:11:38Z"},
    {auckland, "2026-09-23T18:00:00Z", "2026-09-23T18:08:12Z", "2026-09-24T06:18:40Z"},
    {auckland, "2026-11-28T00:00:00Z", "2026-11-28T16:56:00Z", "2026-11-28T07:21:31Z"},
    {auckland, "2026-12-21T00:00:00Z", "2026-12-21T16:58:29Z", "2026-12-21T07:39:33Z"},
    {auckland, "2031-05-05T05:05:05Z", "2031-05-05T19:04:04Z", "2031-05-05T05:31:49Z"},
    {auckland, "1999-08-11T00:00:00Z", "1999-08-11T19:08:51Z", "1999-08-11T05:43:00Z"},
    {auckland, "2047-02-28T00:00:00Z", "2047-02-28T18:05:36Z", "2047-02-28T07:01:45Z"},
    {reykjavik, "2026-01-15T03:00:00Z", "2026-01-15T10:54:54Z", "2026-01-15T16:20:05Z"},
    {reykjavik, "2026-03-20T12:00:00Z", "2026-03-21T07:25:05Z", "2026-03-20T19:43:25Z"},
    {reykjavik, "2026-06-21T00:00:00Z", "2026-06-21T02:55:12Z", "2026-06-21T00:03:46Z"},
    {reykjavik, "2026-09-23T18:00:00Z", "2026-09-24T07:16:25Z", "2026-09-23T19:25:04Z"},
    {reykjavik, "2026-11-28T00:00:00Z", "2026-11-28T10:37:20Z", "2026-11-28T15:53:33Z"},
    {reykjavik, "2026-12-21T00:00:00Z", "2026-12-21T11:22:22Z", "2026-12-21T15:29:22Z"},
    {reykjavik, "2031-05-05T05:05:05Z", "2031-05-06T04:43:47Z", "2031-05-05T22:04:13Z"},
    {reykjavik, "1999-08-11T00:00:00Z", "1999-08-11T05:04:44Z", "1999-08-11T21:58:58Z"},
    {reykjavik, "2047-02-28T00:00:00Z", "2047-02-28T08:39:11Z", "2047-02-28T18:42:38Z"},
    {longyearbyen, "2026-01-15T03:00:00Z", "2026-02-15T10:59:25Z", "2026-02-15T11:25:56Z"},
    {longyearbyen, "2026-03-20T12:00:00Z", "2026-03-21T04:44:00Z", "2026-03-20T17:21:59Z"},
    {longyearbyen, "2026-06-21T00:00:00Z", "2026-08-24T23:32:37Z", "2026-08-24T22:29:04Z"},
    {longyearbyen, "2026-09-23T18:00:00Z", "2026-09-24T04:42:14Z", "2026-09-24T16:53:02Z"},
    {longyearbyen, "2026-11-28T00:00:00Z", "2027-02-16T10:21:28Z", "2027-02-16T12:03:51Z"},
    {longyearbyen, "2026-12-21T00:00:00Z", "2027-02-16T10:21:28Z", "2027-02-16T12:03:51Z"},
    {longyearbyen, "2031-05-05T05:05:05Z", "2031-08-24T23:19:55Z", "2031-08-24T22:41:52Z"},
    {longyearbyen, "1999-08-11T00:00:00Z", "1999-08-25T23:52:10Z", "1999-08-25T22:09:09Z"},
    {longyearbyen, "2047-02-28T00:00:00Z", "2047-02-28T07:37:06Z", "2047-02-28T14:45:34Z"},
    {mcmurdo, "2026-01-15T03:00:00Z", "2026-02-19T13:47:09Z", "2026-02-19T12:29:07Z"},
    {mcmurdo, "2026-03-20T12:00:00Z", "2026-03-20T18:46:03Z", "2026-03-21T07:11:13Z"},
    {mcmurdo, "2026-06-21T00:00:00Z", "2026-08-19T00:19:03Z", "2026-08-19T01:36:59Z"},
    {mcmurdo, "2026-09-23T18:00:00Z", "2026-09-23T18:24:12Z", "2026-09-24T07:10:32Z"},
    {mcmurdo, "2026-11-28T00:00:00Z", "2027-02-19T13:35:54Z", "2027-02-19T12:40:25Z"},
    {mcmurdo, "2026-12-21T00:00:00Z", "2027-02-19T13:35:54Z", "2027-02-19T12:40:25Z"},
    {mcmurdo, "2031-05-05T05:05:05Z", "2031-08-19T00:27:42Z", "2031-08-19T01:28:24Z"},
    {mcmurdo, "2047-02-28T00:00:00Z", "2047-02-28T16:05:38Z", "2047-02-28T10:08:19Z"},
};

TEST(Sun, RisesAndSetsWhenTheAlmanacSays) {
  for (auto const& row : almanac) {
    auto const sunrise = next_sun(SunEvent::sunrise, row.place, at(row.after)).value();
    auto const sunset = next_sun(SunEvent::sunset, row.place, at(row.after)).value();
    EXPECT_LE(std::chrono::abs(sunrise - at(row.sunrise)), 10s)
        << row.place.latitude << " sunrise after " << row.after << ": " << rfc3339(sunrise, Zone{});
    EXPECT_LE(std::chrono::abs(sunset - at(row.sunset)), 10s)
        << row.place.latitude << " sunset after " << row.after << ": " << rfc3339(sunset, Zone{});
  }
}

TEST(Sun, WaitsForTheEndOfThePolarNightAndDay) {
  EXPECT_FALSE(is_day(tromso, at("2026-12-21T11:00:00Z")));  // noon
  EXPECT_EQ(
      next_sun(SunEvent::sunrise, tromso, at("2026-11-28T00:00:00Z"))->time_since_epoch() / 24h,
      at("2027-01-15T00:00:00Z").time_since_epoch() / 24h);
  EXPECT_TRUE(is_day(tromso, at("2026-06-21T23:00:00Z")));  // midnight
  EXPECT_EQ(
      next_sun(SunEvent::sunset, tromso, at("2026-06-01T00:00:00Z"))->time_since_epoch() / 24h,
      at("2026-07-25T00:00:00Z").time_since_epoch() / 24h);
}

TEST(Sun, RisesAndSetsOnceAYearAtThePoles) {
  for (Place const pole : {Place{90, 0}, Place{-90, 0}}) {
    auto const sunrise = next_sun(SunEvent::sunrise, pole, at("2026-01-01T00:00:00Z")).value();
    auto const sunset = next_sun(SunEvent::sunset, pole, sunrise).value();
    auto const again = next_sun(SunEvent::sunrise, pole, sunset).value();
    EXPECT_GT(sunset - sunrise, 24h * 180) << pole.latitude;
    EXPECT_LT(sunset - sunrise, 24h * 195) << pole.latitude;
    EXPECT_GT(again - sunrise, 24h * 365) << pole.latitude;
    EXPECT_LT(again - sunrise, 24h * 366) << pole.latitude;
  }
}

TEST(Sun, DayBeginsInTheSecondOfSunriseAndEndsBeforeThatOfSunset) {
  for (auto const& row : almanac) {
    auto const sunrise = next_sun(SunEvent::sunrise, row.place, at(row.after)).value();
    EXPECT_FALSE(is_day(row.place, sunrise - 1ns));
    EXPECT_TRUE(is_day(row.place, sunrise));
    auto const sunset = next_sun(SunEvent::sunset, row.place, at(row.after)).value();
    EXPECT_TRUE(is_day(row.place, sunset - 1ns));
    EXPECT_FALSE(is_day(row.place, sunset));
  }
}

TEST(Sun, RisesAndSetsInTurnEverywhereAndTheSameFromWheneverItIsAsked) {
  for (double const latitude :
       {-90.0, -78.0, -66.7, -60.0, -33.0, 0.0, 23.4, 51.5, 65.7, 67.0, 80.0, 90.0}) {
    for (double const longitude : {-180.0, -90.0, 0.0, 179.9}) {
      Place const place{latitude, longitude};
      auto time = at("2026-02-01T00:00:00Z");
      bool up = is_day(place, time);
      while (time < at("2027-02-01T00:00:00Z")) {
        auto const event = up ? SunEvent::sunset : SunEvent::sunrise;
        auto const next = next_sun(event, place, time);
        ASSERT_TRUE(next && *next > time) << latitude << " " << longitude;
        ASSERT_EQ(next_sun(event, place, *next - 1ns), next);
        ASSERT_EQ(next_sun(event, place, time + (*next - time) / 2), next);
        ASSERT_EQ(is_day(place, *next), !up);
        time = *next;
        up = !up;
      }
    }
  }
}

}  // namespace
}  // namespace snapcron
