#include "core/cron.hpp"

#include <algorithm>
#include <bit>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

constexpr std::int64_t day_length = 86'400;
// No offset changes by more: this far from a transition, its gap or overlap need not be thought of.
constexpr days beyond_any_shift{2};

constexpr std::int64_t end_of_years =
    sys_days{std::chrono::year{last_cron_year + 1} / 1 / 1}.time_since_epoch().count();

std::int64_t day_number(int year, unsigned month) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / 1}
      .time_since_epoch()
      .count();
}

unsigned weekday_of(std::int64_t day) {
  return static_cast<unsigned>((day % 7 + 11) % 7);
}  // 1970 began on a Thursday

unsigned length_of(int year, unsigned month) {
  return unsigned{(std::chrono::year{year} / std::chrono::month{month} / std::chrono::last).day()};
}

/// Weekdays as the first seven days of a month that begins with weekday `first`: bit 0 for its
/// first day.
std::uint32_t rotated(std::uint8_t weekdays, unsigned first) {
  return (std::uint32_t{weekdays} >> first | std::uint32_t{weekdays} << (7 - first)) & 0x7f;
}

/// Monday to Friday nearest to `day`, in the same month.
unsigned nearest_weekday(unsigned day, unsigned length, unsigned first) {
  if (day == CronFields::last_weekday_of_month) day = length;
  switch ((first + day - 1) % 7) {
    case 6:
      return day == 1 ? 3 : day - 1;
    case 0:
      return day == length ? day - 2 : day + 1;
    default:
      return day;
  }
}

template <class Mask>
Mask from_bit(Mask mask, unsigned bit) {
  return static_cast<Mask>(mask >> bit << bit);
}

}  // namespace

std::uint32_t CronFields::days_of_month(unsigned length, unsigned first) const {
  auto const all = static_cast<std::uint32_t>((1ull << (length + 1)) - 2);
  if (any_day && any_weekday) return all;

  std::uint32_t by_day = days;
  for (auto rest = days_before_last; rest != 0; rest &= rest - 1) {
    auto const before = static_cast<unsigned>(std::countr_zero(rest));
    if (before < length) by_day |= 1u << (length - before);
  }
  if (nearest_weekday == last_weekday_of_month ||
      (nearest_weekday != 0 && nearest_weekday <= length))
    by_day |= 1u << snapcron::nearest_weekday(nearest_weekday, length, first);

  std::uint64_t by_weekday = std::uint64_t{rotated(weekdays, first)} * 0x10204081u
                             << 1;  // five weeks of them
  for (unsigned n = 0; n < nth_weekdays.size(); ++n)
    by_weekday |= std::uint64_t{rotated(nth_weekdays[n], first)} << (7 * n + 1);
  by_weekday |= std::uint64_t{rotated(last_weekdays, (first + length) % 7)} << (length - 6);

  if (any_day) return static_cast<std::uint32_t>(by_weekday) & all;
  if (any_weekday) return by_day & all;
  auto const weekday_bits = static_cast<std::uint32_t>(by_weekday);
  return (both ? by_day & weekday_bits : by_day | weekday_bits) & all;
}

std::optional<std::int64_t> CronFields::next_day(std::int64_t day) const {
  day = std::max<std::int64_t>(day, 0);
  if (day >= end_of_years) return std::nullopt;
  if (every_day) return day;

  year_month_day const date{sys_days{std::chrono::days{day}}};
  int year{date.year()};
  unsigned month{date.month()}, first_day{date.day()};
  for (; year <= last_cron_year; ++year, month = 1, first_day = 1) {
    if (!has_year(year)) continue;
    for (auto left = from_bit(std::uint32_t{months}, month); left != 0; left &= left - 1) {
      auto const next_month = static_cast<unsigned>(std::countr_zero(left));
      if (next_month != month) first_day = 1;
      auto const begin = day_number(year, next_month);
      auto const matching =
          from_bit(days_of_month(length_of(year, next_month), weekday_of(begin)), first_day);
      if (matching != 0) return begin + std::countr_zero(matching) - 1;
      first_day = 1;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> CronFields::next_second(std::uint32_t second) const {
  auto const time = [&](int hour, int minute, int sec) {
    return static_cast<std::uint32_t>(hour * 3600 + minute * 60 + sec);
  };
  unsigned const hour = second / 3600, minute = second / 60 % 60;
  if ((hours >> hour & 1) != 0) {
    auto const sec_left = from_bit(seconds, second % 60);
    if ((minutes >> minute & 1) != 0 && sec_left != 0)
      return hour * 3600 + minute * 60 + static_cast<unsigned>(std::countr_zero(sec_left));
    if (auto const left = from_bit(minutes, minute + 1); left != 0)
      return time(static_cast<int>(hour), std::countr_zero(left), std::countr_zero(seconds));
  }
  if (auto const left = from_bit(hours, hour + 1); left != 0)
    return time(std::countr_zero(left), std::countr_zero(minutes), std::countr_zero(seconds));
  return std::nullopt;
}

std::optional<std::int64_t> CronFields::next_civil(std::int64_t time) const {
  auto const day = time / day_length - (time % day_length < 0 ? 1 : 0);
  auto const today = next_day(day);
  if (!today) return std::nullopt;
  if (*today == day) {
    if (auto const second = next_second(static_cast<std::uint32_t>(time - day * day_length)))
      return day * day_length + *second;
  }
  auto const later = *today == day ? next_day(day + 1) : today;
  if (!later) return std::nullopt;
  return *later * day_length + *next_second(0);  // no field is ever empty
}

namespace {

/// Where on the line of time a civil time lies.
struct Resolved {
  bool gap = false;
  sys_seconds at;              // the first time that clocks show it; of a gap, its end
  std::int64_t after_gap = 0;  // the civil time at the end of the gap
};

std::int64_t civil_of(sys_seconds at, ZonePeriod const& period) {
  return (at + period.offset).time_since_epoch().count();
}
sys_seconds instant_of(std::int64_t civil, ZonePeriod const& period) {
  return sys_seconds{seconds{civil} - period.offset};
}

Resolved between(std::int64_t civil, ZonePeriod const& before, ZonePeriod const& after) {
  if (auto const at = instant_of(civil, before); at < after.begin) return {.at = at};
  if (auto const at = instant_of(civil, after); at >= after.begin) return {.at = at};
  return {.gap = true, .at = after.begin, .after_gap = civil_of(after.begin, after)};
}

/// `near` is a period of about that time.
Resolved resolve(std::int64_t civil, Zone const& zone, ZonePeriod const& near) {
  ZonePeriod const period = zone.period(instant_of(civil, near));
  auto const at = instant_of(civil, period);
  if (at >= period.end) return between(civil, period, zone.period(period.end));
  if (at < period.begin + beyond_any_shift)
    return between(civil, zone.period(period.begin - seconds{1}), period);
  return {.at = at};
}

}  // namespace

std::optional<sys_seconds> Cron::next_fixed(sys_seconds from, Zone const& zone, Gap gap) const {
  ZonePeriod const period = zone.period(from);
  auto civil = civil_of(from, period);
  if (from < period.begin + beyond_any_shift) {
    auto const before = civil_of(period.begin, zone.period(period.begin - seconds{1}));
    if (civil < before) civil = before;  // in the repeated hour: all of it has had its turn
    if (from == period.begin && gap == Gap::run_once) civil = std::min(civil, before);
  }
  while (auto const match = fields_.next_civil(civil)) {
    // Mostly the match lies in the same period; what `from` is past cannot be repeated there.
    if (auto const at = instant_of(*match, period); at >= from && at < period.end) return at;
    auto const resolved = resolve(*match, zone, period);
    bool const counts = !resolved.gap || gap == Gap::run_once;
    if (counts && resolved.at >= from) return resolved.at;
    civil = std::max(*match + 1, resolved.after_gap);
  }
  return std::nullopt;
}

std::optional<sys_seconds> Cron::next_interval(sys_seconds from, Zone const& zone) const {
  for (;;) {
    ZonePeriod const period = zone.period(from);
    auto const match = fields_.next_civil(civil_of(from, period));
    if (match && instant_of(*match, period) < period.end) return instant_of(*match, period);
    if (period.end <= from + beyond_any_shift) {
      from = period.end;  // clocks may go back, before the match
      continue;
    }
    if (!match) return std::nullopt;
    from = std::max(period.end, instant_of(*match, period) - beyond_any_shift);
  }
}

std::optional<Instant> Cron::next(Instant after, Zone const& zone, Gap gap) const {
  if (reboot_) return std::nullopt;
  auto const from = floor<seconds>(after) + seconds{1};
  auto const at = fields_.interval ? next_interval(from, zone) : next_fixed(from, zone, gap);
  if (!at) return std::nullopt;
  return Instant{*at};
}

bool Cron::matches_minute(Instant at, Zone const& zone) const {
  if (reboot_) return false;
  auto const local = floor<seconds>(at) + zone.offset(at);
  auto const day = floor<days>(local).time_since_epoch().count();
  auto const minute =
      static_cast<unsigned>((local.time_since_epoch().count() - day * day_length) / 60);
  return (fields_.minutes >> (minute % 60) & 1) != 0 && (fields_.hours >> (minute / 60) & 1) != 0 &&
         fields_.next_day(day) == day;
}

}  // namespace snapcron
