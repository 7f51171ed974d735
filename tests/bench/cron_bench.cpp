// next(), last() and parse() of cron patterns beside a floor: the same calendar with bit masks and
// civil arithmetic alone, for UTC and five plain fields, without a zone or the standard's other
// signs. Both are measured in turn in one run, so that the ratios hold on a busy machine too.

#include "core/upcoming.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

namespace {

using namespace snapcron;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

Instant const start = parse_rfc3339("2026-01-01T00:00:00Z").value();
constexpr int rounds = 31;

/// The floor's pattern: minute, hour, day, month and weekday as masks; day and weekday are ANDed.
struct Masks {
  std::uint64_t minutes;
  std::uint32_t hours, days;
  std::uint16_t months;
  std::uint8_t weekdays;
};

std::int64_t floor_day(Masks const& masks, std::int64_t day) {
  for (int i = 0; i < 366 * 40; ++i) {
    year_month_day const date{sys_days{days{day}}};
    unsigned const month{date.month()}, day_of_month{date.day()};
    if ((masks.months >> month & 1) == 0) {
      auto const next = date.year() / date.month() / 1 + std::chrono::months{1};
      day = sys_days{next}.time_since_epoch().count();
      continue;
    }
    auto const weekday = static_cast<unsigned>((day + 4) % 7);
    if ((masks.days >> day_of_month & 1) != 0 && (masks.weekdays >> weekday & 1) != 0) return day;
    ++day;
  }
  return -1;
}

/// The next match after a time in seconds from 1970; -1: never.
std::int64_t floor_next(Masks const& masks, std::int64_t after) {
  auto const minute_of_time = after / 60 + 1;
  auto day = minute_of_time / 1440;
  auto const minute_of_day = static_cast<unsigned>(minute_of_time % 1440);
  auto const today = floor_day(masks, day);
  if (today < 0) return -1;
  if (today == day) {
    auto const hour = minute_of_day / 60, minute = minute_of_day % 60;
    if ((masks.hours >> hour & 1) != 0) {
      auto const left = masks.minutes >> minute << minute;
      if (left != 0) return day * 86'400 + hour * 3600 + std::countr_zero(left) * 60;
    }
    auto const left = hour == 23 ? 0 : masks.hours >> (hour + 1) << (hour + 1);
    if (left != 0)
      return day * 86'400 + std::countr_zero(left) * 3600 + std::countr_zero(masks.minutes) * 60;
    day = floor_day(masks, day + 1);
    if (day < 0) return -1;
  } else {
    day = today;
  }
  return day * 86'400 + std::countr_zero(masks.hours) * 3600 + std::countr_zero(masks.minutes) * 60;
}

template <class T>
void keep(T const& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// Nanoseconds of the processor.
double processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
/// For each of `count` calls.
double timed(int count, std::function<void(int)> const& calls) {
  auto const begin = processor_time();
  calls(count);
  return (processor_time() - begin) / count;
}
double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<long>(values.size()) / 2);
  return values[values.size() / 2];
}

struct Figure {
  double ours, ratio;
};
Figure beside(int count, std::function<void(int)> const& ours,
              std::function<void(int)> const& floor) {
  std::vector<double> times, ratios;
  ours(count), floor(count);
  for (int i = 0; i < rounds; ++i) {
    auto const time = timed(count, ours);
    times.push_back(time);
    ratios.push_back(time / timed(count, floor));
  }
  return {median(times), median(ratios)};
}

std::function<void(int)> walk(Cron const& cron, Zone const& zone) {
  return [cron, zone, at = start](int count) mutable {
    for (; count > 0; --count) {
      auto const time = next_time(cron, zone, at, false);
      at = time ? *time : start;
      keep(at);
    }
  };
}
std::function<void(int)> walk(Masks masks) {
  return [masks, at = start.time_since_epoch() / std::chrono::seconds{1}](int count) mutable {
    for (; count > 0; --count) {
      auto const time = floor_next(masks, at);
      at = time >= 0 ? time : start.time_since_epoch() / std::chrono::seconds{1};
      keep(at);
    }
  };
}

struct Case {
  char const* pattern;
  Masks masks;
  int count;
};
constexpr std::uint64_t all_minutes = (1ull << 60) - 1, fives = 0x84210842108421;
constexpr std::uint32_t all_hours = 0xffffff, all_days = 0xfffffffe;
constexpr std::uint16_t all_months = 0x1ffe;
constexpr std::uint8_t all_weekdays = 0x7f;
constexpr Case cases[] = {
    {"* * * * *", {all_minutes, all_hours, all_days, all_months, all_weekdays}, 20'000},
    {"*/5 8-17 * * MON-FRI", {fives, 0x3ff00, all_days, all_months, 0x3e}, 20'000},
    {"30 2 * * *", {1ull << 30, 4, all_days, all_months, all_weekdays}, 20'000},
    {"0 6 1 1-12/3 *", {1, 1 << 6, 2, 0x492, all_weekdays}, 5'000},
    {"0 0 29 2 *", {1, 1, 1 << 29, 4, all_weekdays}, 2'000},
};

void print_next() {
  std::printf("%-28s %-20s %10s %12s\n", "next", "zone", "ns", "of the floor");
  for (auto const& c : cases) {
    auto const cron = Cron::parse(c.pattern).value();
    for (auto const* name : {"UTC", "Europe/Berlin", "Australia/Lord_Howe"}) {
      auto const figure = beside(c.count, walk(cron, Zone::find(name).value()), walk(c.masks));
      std::printf("%-28s %-20s %10.1f %12.2f\n", c.pattern, name, figure.ours, figure.ratio);
    }
  }
}

/// What the floor does not know.
void print_alone(char const* what, char const* pattern, char const* zone, int count,
                 std::function<void(int)> const& calls) {
  std::vector<double> times;
  calls(count);
  for (int i = 0; i < rounds; ++i) times.push_back(timed(count, calls));
  std::printf("%-6s %-28s %-20s %10.1f ns\n", what, pattern, zone, median(times));
}

void print_others() {
  for (auto const* name : {"UTC", "Europe/Berlin"}) {
    auto const zone = Zone::find(name).value();
    for (auto const* pattern : {"0 0 L * *", "0 12 15W * *", "0 0 13 * +FRI", "0 0 31 2 *"})
      print_alone("next", pattern, name, 2'000, walk(Cron::parse(pattern).value(), zone));
    for (auto const* pattern : {"30 2 * * *", "0 0 29 2 *", "0 0 31 2 *"}) {
      auto const cron = Cron::parse(pattern).value();
      print_alone("last", pattern, name, 2'000, [&](int count) {
        for (; count > 0; --count) keep(cron.last(start - days{3650}, start, zone));
      });
    }
  }
  for (auto const* pattern : {"* * * * *", "*/5 8-17 * * MON-FRI", "30 2 * * *", "0 0 29 2 *",
                              "0,10,20,30,40,50 6-22/2 1,15 JAN-MAR,DEC ?"})
    print_alone("parse", pattern, "", 10'000, [=](int count) {
      for (; count > 0; --count) keep(Cron::parse(pattern));
    });
}

}  // namespace

int main() {
  print_next();
  print_others();
}
