#pragma once
// A cron pattern as bit masks, and the calendar on them: civil times only, no zone.

#include <array>
#include <cstdint>
#include <limits>

namespace snapcron {

/// The years that a pattern may name, and beyond which nothing is searched for.
inline constexpr int first_cron_year = 1970, last_cron_year = 2199;

/// There is none. (A number and not an optional: those go through memory from function to function,
/// which costs more than the arithmetic. A quarter of the range, so that sums do not overflow.)
inline constexpr std::int64_t no_match = std::numeric_limits<std::int64_t>::min() / 4;

struct CronFields {
  std::uint64_t seconds = 1;  // bit n: second n
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days = 0;                      // bits 1 to 31
  std::uint32_t days_before_last = 0;          // bit 0: L, bit n: L-n
  std::uint8_t nearest_weekday = 0;            // nW, or last_weekday_of_month; 0: none
  std::uint16_t months = 0;                    // bits 1 to 12
  std::uint8_t weekdays = 0;                   // bit 0: Sunday
  std::uint8_t last_weekdays = 0;              // bit 5: 5L
  std::array<std::uint8_t, 5> nth_weekdays{};  // [2] bit 1: MON#3
  std::array<std::uint64_t, 4> years{~0ull, ~0ull, ~0ull, ~0ull};  // bit n: first_cron_year + n
  bool any_day = false, any_weekday = false;                       // the field is "*" or "?"
  bool both = false;      // "+": day and weekday must match, not one of them
  bool interval = false;  // minute or hour begins with "*": goes by elapsed time
  bool weekly = false;    // nothing but plain weekdays restricts the day

  static constexpr std::uint8_t last_weekday_of_month = 32;  // LW

  bool has_year(int year) const {
    auto const bit = static_cast<unsigned>(year - first_cron_year);
    return year >= first_cron_year && year <= last_cron_year &&
           (years[bit / 64] >> (bit % 64) & 1) != 0;
  }
  /// The matching days of a month: bits 1 to 31. `first` is the weekday of its first day.
  std::uint32_t days_of_month(unsigned length, unsigned first) const;
  /// The first matching day, counted from 1970-01-01, at or after `day`.
  std::int64_t next_day(std::int64_t day) const;
  /// The first matching second of a day at or after `second`.
  std::int64_t next_second(std::uint32_t second) const;
  /// The first matching civil time at or after `time`, both in seconds from 1970-01-01T00:00:00.
  std::int64_t next_civil(std::int64_t time) const;

  // The same backwards: the last one at or before.
  std::int64_t last_day(std::int64_t day) const;
  std::int64_t last_second(std::uint32_t second) const;
  std::int64_t last_civil(std::int64_t time) const;

  /// How many seconds of a matching day match before `second`.
  std::uint64_t count_before(std::uint32_t second) const;
  /// How many civil times match, from `from` to before `to`.
  std::uint64_t count(std::int64_t from, std::int64_t to) const;
};

}  // namespace snapcron
