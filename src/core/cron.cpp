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

unsigned length_of(unsigned month, bool leap) {
  return month == 2 ? 28u + leap : 30u + ((month ^ month >> 3) & 1);
}
/// The days of the year before the month.
unsigned days_before(unsigned month, bool leap) {
  constexpr std::uint16_t before[] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return before[month] + (month > 2 && leap ? 1u : 0u);
}
constexpr unsigned all_kinds = (1u << 14) - 1;  // of years: by their first weekday and length

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
template <class Mask>
Mask below_bit(Mask mask, unsigned bit) {
  return static_cast<Mask>(mask & ((Mask{1} << bit) - 1));
}
template <class Mask>
Mask up_to_bit(Mask mask, unsigned bit) {
  return static_cast<Mask>(below_bit(mask, bit) | (mask & (Mask{1} << bit)));
}

std::int64_t day_of(std::int64_t civil) {
  return civil / day_length - (civil % day_length < 0 ? 1 : 0);
}
std::uint32_t second_of_day(std::int64_t civil) {
  return static_cast<std::uint32_t>(civil - day_of(civil) * day_length);
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

std::int64_t CronFields::next_day(std::int64_t day) const {
  day = std::max<std::int64_t>(day, 0);
  if (day >= end_of_years) return no_match;
  if (weekly) {
    day += std::countr_zero(rotated(weekdays, weekday_of(day)));
    return day < end_of_years ? day : no_match;
  }
  year_month_day const date{sys_days{std::chrono::days{day}}};
  int year{date.year()};
  unsigned month{date.month()}, first_day{date.day()};
  // There are fourteen kinds of years: what one of a kind has not, no other has.
  for (unsigned empty_kinds = 0; year <= last_cron_year; ++year, month = 1, first_day = 1) {
    if (!has_year(year)) continue;
    auto const january = day_number(year, 1);
    bool const leap = std::chrono::year{year}.is_leap();
    auto const kind = 1u << (weekday_of(january) * 2 + (leap ? 1 : 0));
    if ((empty_kinds & kind) != 0) continue;
    bool const whole = month == 1 && first_day == 1;
    for (auto left = from_bit(std::uint32_t{months}, month); left != 0; left &= left - 1) {
      auto const next_month = static_cast<unsigned>(std::countr_zero(left));
      if (next_month != month) first_day = 1;
      auto const begin = january + days_before(next_month, leap);
      auto const matching =
          from_bit(days_of_month(length_of(next_month, leap), weekday_of(begin)), first_day);
      if (matching != 0) return begin + std::countr_zero(matching) - 1;
      first_day = 1;
    }
    if (whole) empty_kinds |= kind;
    if (empty_kinds == all_kinds) break;
  }
  return no_match;
}

std::int64_t CronFields::next_second(std::uint32_t second) const {
  auto const first = [](auto mask) { return static_cast<std::int64_t>(std::countr_zero(mask)); };
  auto const hour = second / 3600, minute = second / 60 % 60;
  if ((hours >> hour & 1) != 0) {
    auto const seconds_left = from_bit(seconds, second % 60);
    if ((minutes >> minute & 1) != 0 && seconds_left != 0)
      return hour * 3600 + minute * 60 + first(seconds_left);
    if (auto const left = from_bit(minutes, minute + 1); left != 0)
      return hour * 3600 + first(left) * 60 + first(seconds);
  }
  if (auto const left = from_bit(hours, hour + 1); left != 0)
    return first(left) * 3600 + first(minutes) * 60 + first(seconds);
  return no_match;
}

std::int64_t CronFields::next_civil(std::int64_t time) const {
  auto const day = day_of(time);
  auto next = next_day(day);
  if (next == day) {
    auto const second = next_second(second_of_day(time));
    if (second != no_match) return day * day_length + second;
    next = next_day(day + 1);
  }
  if (next == no_match) return no_match;
  return next * day_length + next_second(0);  // no field is ever empty
}

std::int64_t CronFields::last_day(std::int64_t day) const {
  day = std::min(day, end_of_years - 1);
  if (day < 0) return no_match;
  if (weekly) {
    day -= std::countl_zero(rotated(weekdays, (weekday_of(day) + 1) % 7) << 25);
    return day >= 0 ? day : no_match;
  }
  year_month_day const date{sys_days{std::chrono::days{day}}};
  int year{date.year()};
  unsigned month{date.month()}, latest_day{date.day()};
  for (unsigned empty_kinds = 0; year >= first_cron_year; --year, month = 12, latest_day = 31) {
    if (!has_year(year)) continue;
    auto const january = day_number(year, 1);
    bool const leap = std::chrono::year{year}.is_leap();
    auto const kind = 1u << (weekday_of(january) * 2 + (leap ? 1 : 0));
    if ((empty_kinds & kind) != 0) continue;
    bool const whole = month == 12 && latest_day == 31;
    for (auto left = up_to_bit(std::uint32_t{months}, month); left != 0;) {
      auto const last_month = static_cast<unsigned>(std::bit_width(left)) - 1;
      if (last_month != month) latest_day = 31;
      auto const begin = january + days_before(last_month, leap);
      auto const matching =
          up_to_bit(days_of_month(length_of(last_month, leap), weekday_of(begin)), latest_day);
      if (matching != 0) return begin + std::bit_width(matching) - 2;
      left ^= 1u << last_month;
      latest_day = 31;
    }
    if (whole) empty_kinds |= kind;
    if (empty_kinds == all_kinds) break;
  }
  return no_match;
}

std::int64_t CronFields::last_second(std::uint32_t second) const {
  auto const latest = [](auto mask) { return static_cast<std::int64_t>(std::bit_width(mask)) - 1; };
  auto const hour = second / 3600, minute = second / 60 % 60;
  if ((hours >> hour & 1) != 0) {
    auto const seconds_left = up_to_bit(seconds, second % 60);
    if ((minutes >> minute & 1) != 0 && seconds_left != 0)
      return hour * 3600 + minute * 60 + latest(seconds_left);
    if (auto const left = below_bit(minutes, minute); left != 0)
      return hour * 3600 + latest(left) * 60 + latest(seconds);
  }
  if (auto const left = below_bit(hours, hour); left != 0)
    return latest(left) * 3600 + latest(minutes) * 60 + latest(seconds);
  return no_match;
}

std::int64_t CronFields::last_civil(std::int64_t time) const {
  auto const day = day_of(time);
  auto last = last_day(day);
  if (last == day) {
    auto const second = last_second(second_of_day(time));
    if (second != no_match) return day * day_length + second;
    last = last_day(day - 1);
  }
  if (last == no_match) return no_match;
  return last * day_length + last_second(day_length - 1);  // no field is ever empty
}

std::uint64_t CronFields::count_before(std::uint32_t second) const {
  auto const hour = second / 3600, minute = second / 60 % 60;
  auto const number = [](auto mask) { return static_cast<std::uint64_t>(std::popcount(mask)); };
  auto count = number(below_bit(hours, hour)) * number(minutes) * number(seconds);
  if ((hours >> hour & 1) == 0) return count;
  count += number(below_bit(minutes, minute)) * number(seconds);
  if ((minutes >> minute & 1) != 0) count += number(below_bit(seconds, second % 60));
  return count;
}

std::uint64_t CronFields::count(std::int64_t from, std::int64_t to) const {
  std::uint64_t count = 0;
  for (auto day = next_day(day_of(from)); day != no_match && day * day_length < to;
       day = next_day(day + 1)) {
    auto const begin = day * day_length, end = begin + day_length;
    auto const whole = static_cast<std::uint64_t>(std::popcount(hours)) *
                       static_cast<std::uint64_t>(std::popcount(minutes)) *
                       static_cast<std::uint64_t>(std::popcount(seconds));
    count += to < end ? count_before(second_of_day(to)) : whole;
    if (from > begin) count -= count_before(second_of_day(from));
  }
  return count;
}

namespace {

std::int64_t civil_of(sys_seconds at, ZonePeriod const& period) {
  return (at + period.offset).time_since_epoch().count();
}
sys_seconds instant_of(std::int64_t civil, ZonePeriod const& period) {
  return sys_seconds{seconds{civil} - period.offset};
}
/// The period's first civil time that counts: for fixed times, the first that was not shown before.
std::int64_t first_civil(ZonePeriod const& period, bool interval) {
  auto const begin = civil_of(period.begin, period);
  return interval ? begin : std::max<std::int64_t>(begin, period.shown_before.count());
}

/// The first match at or after `from`, in seconds from 1970 and UTC.
std::int64_t next_match(CronFields const& fields, sys_seconds from, Zone const& zone) {
  for (;;) {
    auto const& period = zone.period(from);
    auto const civil = std::max(civil_of(from, period), first_civil(period, fields.interval));
    auto const match = fields.next_civil(civil);
    auto const at = instant_of(match, period);
    if (match != no_match && at < period.end) return at.time_since_epoch().count();
    if (period.end <= from + beyond_any_shift)
      from = period.end;  // clocks may go back, before the match
    else if (match == no_match)
      return no_match;
    else
      from = std::max(period.end, at - beyond_any_shift);
  }
}

}  // namespace

std::optional<Instant> Cron::next(Instant after, Zone const& zone, Gap gap) const {
  if (reboot_) return std::nullopt;
  auto const match = next_match(fields_, floor<seconds>(after) + seconds{1}, zone);
  if (gap == Gap::run_once) {
    auto const until = match == no_match ? Instant::max() : Instant{seconds{match}};
    if (auto const lost = swallowed(after, until, zone)) return lost->at;
  }
  if (match == no_match) return std::nullopt;
  return Instant{seconds{match}};
}

std::optional<Cron::Swallowed> Cron::swallowed(Instant after, Instant until,
                                               Zone const& zone) const {
  if (reboot_ || fields_.interval) return std::nullopt;
  for (auto at = zone.period(floor<seconds>(after)).end; at <= floor<seconds>(until);) {
    auto const& period = zone.period(at);
    auto const begin = civil_of(period.begin, period);
    if (auto const before = period.shown_before.count(); before < begin) {
      auto const first = fields_.next_civil(before);
      if (first == no_match) return std::nullopt;
      if (first < begin) return Swallowed{period.begin, fields_.count(first, begin)};
      // Nothing matches before then: nothing can be swallowed.
      at = std::max(period.end, zone.period(instant_of(first, period) - beyond_any_shift).end);
    } else {
      at = period.end;
    }
  }
  return std::nullopt;
}

std::optional<Instant> Cron::last(Instant from_exclusive, Instant until_inclusive,
                                  Zone const& zone) const {
  if (reboot_) return std::nullopt;
  auto const from = floor<seconds>(from_exclusive) + seconds{1};
  for (auto until = floor<seconds>(until_inclusive); until >= from;) {
    auto const& period = zone.period(until);
    auto const match = fields_.last_civil(civil_of(until, period));
    if (match != no_match && match >= first_civil(period, fields_.interval)) {
      auto const at = instant_of(match, period);
      if (at < from) return std::nullopt;
      return at;
    }
    auto const before = period.begin - seconds{1};
    if (until <= period.begin + beyond_any_shift)
      until = before;  // clocks went back: the time before may have shown later ones
    else if (match == no_match)
      return std::nullopt;
    else
      until = std::min(before, instant_of(match, period) + beyond_any_shift);
  }
  return std::nullopt;
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

bool Cron::matches_between(std::uint32_t from, std::uint32_t to) const {
  if (reboot_) return false;
  auto const first = fields_.next_second(from);
  if (from < to) return first != no_match && first < to;
  return first != no_match || from == to || fields_.next_second(0) < to;
}

}  // namespace snapcron
