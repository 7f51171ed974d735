// next() held against definitions that are slow and plain: every minute of clocks that change,
// every day of two centuries.

#include "core/cron.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

struct Pattern {
  char const* text;
  bool interval;
  std::function<bool(Civil const&)> matches;
};

std::vector<Pattern> minute_patterns() {
  return {
      {"* * * * *", true, [](Civil const&) { return true; }},
      {"*/7 * * * *", true, [](Civil const& c) { return c.minute % 7 == 0; }},
      {"*/20 1-3 * * *", true,
       [](Civil const& c) { return c.minute % 20 == 0 && c.hour >= 1 && c.hour <= 3; }},
      {"15 */2 * * *", true, [](Civil const& c) { return c.minute == 15 && c.hour % 2 == 0; }},
      {"* * * * SUN", true, [](Civil const& c) { return c.weekday == 0; }},
      {"0 0 * * *", false, [](Civil const& c) { return c.hour == 0 && c.minute == 0; }},
      {"30 2 * * *", false, [](Civil const& c) { return c.hour == 2 && c.minute == 30; }},
      {"0-59/10 0-23 * * *", false, [](Civil const& c) { return c.minute % 10 == 0; }},
      {"45 1 * * SUN", false,
       [](Civil const& c) { return c.hour == 1 && c.minute == 45 && c.weekday == 0; }},
      {"0,30 0,2,23 1-31/2 * *", false,
       [](Civil const& c) {
         return c.minute % 30 == 0 && (c.hour == 0 || c.hour == 2 || c.hour == 23) &&
                c.day % 2 == 1;
       }},
  };
}

std::int64_t minutes_of(Civil const& c) {
  auto const day = sys_days{year{c.year} / std::chrono::month{c.month} / std::chrono::day{c.day}};
  return day.time_since_epoch() / 1min + c.hour * 60 + c.minute;
}

/// The times in [from, to) by definition: an interval runs whenever the clock matches, a fixed time
/// only when the clock shows it for the first time.
std::vector<std::vector<Instant>> expected(std::vector<Pattern> const& patterns, Zone const& zone,
                                           Instant from, Instant to) {
  std::vector<std::vector<Instant>> times(patterns.size());
  auto latest = minutes_of(zone.civil(from)) - 1;
  for (auto at = from; at < to; at += 1min) {
    auto const civil = zone.civil(at);
    bool const first_time = minutes_of(civil) > latest;
    latest = std::max(latest, minutes_of(civil));
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i].matches(civil) && (patterns[i].interval || first_time))
        times[i].push_back(at);
    }
  }
  return times;
}

std::vector<Instant> all_of(Cron const& cron, Zone const& zone, Instant from, Instant to) {
  std::vector<Instant> times;
  auto at = from - 1ns;
  for (;;) {
    auto const next = cron.next(at, zone);
    if (!next || *next >= to) return times;
    EXPECT_GT(*next, at) << cron.text() << " " << zone.name();
    if (*next <= at) return times;
    times.push_back(at = *next);
  }
}

TEST(CronOracle, EveryMinuteAroundEveryChangeOfClocks) {
  auto const patterns = minute_patterns();
  for (auto const* name :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago",
        "Europe/Dublin", "Africa/Casablanca", "Asia/Tehran", "Pacific/Apia", "America/St_Johns",
        "Antarctica/Troll", "Africa/Cairo", "Asia/Kolkata"}) {
    auto const zone = Zone::find(name).value();
    auto time = sys_days{year{2009} / 1 / 1} + 0s;
    while (time < sys_days{year{2031} / 1 / 1}) {
      auto const change = zone.period(time).end;
      if (change >= sys_days{year{2031} / 1 / 1}) break;
      // Before the change only so far back that no other change lies within a day.
      Instant const from = change - 15h, to = change + 12h;
      auto const times = expected(patterns, zone, from, to);
      for (std::size_t i = 0; i < patterns.size(); ++i)
        EXPECT_EQ(all_of(Cron::parse(patterns[i].text).value(), zone, from, to), times[i])
            << patterns[i].text << " in " << name << " around " << rfc3339(change, zone);
      time = change;
    }
  }
}

TEST(CronOracle, AFixedTimeRunsOnceADayThroughTheYears) {
  for (auto const* name : {"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"}) {
    auto const zone = Zone::find(name).value();
    for (auto const* pattern : {"30 2 * * *", "0 0 * * *", "45 1 * * *", "30 23 * * *"}) {
      auto const cron = Cron::parse(pattern).value();
      Instant at{sys_days{year{2020} / 1 / 1}};
      std::int64_t day = 0;
      while (at < Instant{sys_days{year{2030} / 1 / 1}}) {
        auto const next = cron.next(at, zone, Cron::Gap::run_once).value();
        ASSERT_GT(next, at);
        auto const today = minutes_of(zone.civil(next)) / 1440;
        if (day != 0) {
          ASSERT_EQ(today, day + 1) << pattern << " " << rfc3339(next, zone);
        }
        day = today;
        at = next;
      }
    }
  }
}

unsigned length_of(Civil const& c) {
  return unsigned{(year{c.year} / std::chrono::month{c.month} / std::chrono::last).day()};
}
bool is_workday(Civil const& c) {
  return c.weekday != 0 && c.weekday != 6;
}
Civil moved(Civil c, int by) {
  c.day = static_cast<unsigned>(static_cast<int>(c.day) + by);
  c.weekday = (c.weekday + 70 + static_cast<unsigned>(by + 70)) % 7;
  return c;
}
/// Is `c` the working day nearest to day `wanted` of its month? By trying the distances in turn.
bool is_nearest_workday(Civil const& c, unsigned wanted) {
  if (wanted > length_of(c) || !is_workday(c)) return false;
  auto const day = moved(c, static_cast<int>(wanted) - static_cast<int>(c.day));
  for (int const distance : {0, -1, 1, -2, 2}) {
    auto const candidate = moved(day, distance);
    if (candidate.day < 1 || candidate.day > length_of(c) || !is_workday(candidate)) continue;
    return candidate.day == c.day;
  }
  return false;
}

TEST(CronOracle, EveryDayOfTwoCenturies) {
  std::vector<Pattern> const patterns{
      {"0 0 L * *", false, [](Civil const& c) { return c.day == length_of(c); }},
      {"0 0 L-2,5 * *", false,
       [](Civil const& c) { return c.day + 2 == length_of(c) || c.day == 5; }},
      {"0 0 1W * *", false, [](Civil const& c) { return is_nearest_workday(c, 1); }},
      {"0 0 15W 2,6 *", false,
       [](Civil const& c) {
         return c.month % 4 == 2 && c.month < 10 && is_nearest_workday(c, 15);
       }},
      {"0 0 31W * *", false, [](Civil const& c) { return is_nearest_workday(c, 31); }},
      {"0 0 LW * *", false, [](Civil const& c) { return is_nearest_workday(c, length_of(c)); }},
      {"0 0 * * 5L", false,
       [](Civil const& c) { return c.weekday == 5 && c.day + 7 > length_of(c); }},
      {"0 0 * * SUN#5,TUE#1", false,
       [](Civil const& c) {
         return (c.weekday == 0 && c.day > 28) || (c.weekday == 2 && c.day <= 7);
       }},
      {"0 0 13 * FRI", false, [](Civil const& c) { return c.day == 13 || c.weekday == 5; }},
      {"0 0 13 * +FRI", false, [](Civil const& c) { return c.day == 13 && c.weekday == 5; }},
      {"0 0 */10 * SUN", false, [](Civil const& c) { return c.day % 10 == 1 || c.weekday == 0; }},
      {"0 0 8-14 */3 +MON-WED", false,
       [](Civil const& c) {
         return c.day >= 8 && c.day <= 14 && c.month % 3 == 1 && c.weekday >= 1 && c.weekday <= 3;
       }},
      {"0 0 29 2 *", false, [](Civil const& c) { return c.day == 29 && c.month == 2; }},
      {"0 0 0 * * MON 2000-2199/4", false,
       [](Civil const& c) { return c.weekday == 1 && c.year >= 2000 && c.year % 4 == 0; }},
  };
  std::vector<std::vector<Instant>> times(patterns.size());
  for (auto day = sys_days{year{1970} / 1 / 1}; day < sys_days{year{2200} / 1 / 1};
       day += std::chrono::days{1}) {
    auto const civil = Zone{}.civil(day);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i].matches(civil)) times[i].push_back(day);
    }
  }
  for (std::size_t i = 0; i < patterns.size(); ++i)
    EXPECT_EQ(all_of(Cron::parse(patterns[i].text).value(), Zone{}, Instant{}, Instant::max()),
              times[i])
        << patterns[i].text;
}

}  // namespace
}  // namespace snapcron
