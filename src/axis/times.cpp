#include "axis/times.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <optional>

namespace snapcron {
namespace {

struct Unit {
  char const* name;
  char const* range;
  unsigned least, most;
};
constexpr std::array<Unit, 5> units{{{"the minute", "0-59", 0, 59},
                                     {"the hour", "0-23", 0, 23},
                                     {"the day of the month", "1-31", 1, 31},
                                     {"the month", "1-12", 1, 12},
                                     {"the weekday", "0-6 with 0 for Sunday", 0, 6}}};

AxisField whole(AxisUnit unit) {
  AxisField all;
  for (auto i = units[unit].least; i <= units[unit].most; ++i) all.set(i);
  return all;
}

std::optional<unsigned> number(std::string_view text, AxisUnit unit) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  unsigned value = 0;
  for (char const c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  bool const within = value >= units[unit].least && value <= units[unit].most;
  return within ? std::optional{value} : std::nullopt;
}

/// "4-8,12"
std::string field_text(AxisField const& field, AxisUnit unit) {
  if (field == whole(unit)) return "*";
  std::string text;
  for (unsigned first = 0; first < field.size(); ++first) {
    if (!field.test(first)) continue;
    auto last = first;
    while (last + 1 < field.size() && field.test(last + 1)) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += (last == first + 1 ? "," : "-") + std::to_string(last);
    first = last;
  }
  return text;
}

/// The numbers whose predecessor is not in the field.
AxisField begun(AxisField const& field) {
  return field & ~(field << 1);
}

}  // namespace

Result<AxisField> parse_axis_field(std::string_view text, AxisUnit unit) {
  if (text == "*") return whole(unit);
  auto const wrong = [&](std::string const& why) {
    return Error{Fault::invalid, std::string{units[unit].name} + " is * or numbers from " +
                                     units[unit].range + ", such as 3 or 1,4-6" + why};
  };
  AxisField field;
  for (std::size_t begin = 0; begin <= text.size();) {
    auto const end = std::min(text.find(',', begin), text.size());
    auto const item = text.substr(begin, end - begin);
    auto const dash = item.find('-');
    auto const first = number(item.substr(0, dash), unit);
    auto const last = dash == std::string_view::npos ? first : number(item.substr(dash + 1), unit);
    if (item.find('/') != std::string_view::npos)
      return wrong("; the old units knew no steps: write the numbers out instead of " +
                   snapcron::quoted(item));
    if (!first || !last) return wrong(", not " + snapcron::quoted(item));
    if (*first > *last)
      return wrong("; " + snapcron::quoted(item) + " goes backwards: write two ranges");
    for (auto i = *first; i <= *last; ++i) field.set(i);
    begin = end + 1;
  }
  return field;
}

bool is_always(AxisTimes const& times) {
  for (auto const unit : axis_units)
    if (times[unit] != whole(unit)) return false;
  return true;
}

std::string cron_pattern(AxisTimes const& times) {
  std::string text;
  for (auto const unit : axis_units) {
    if (unit != axis_minute) text += ' ';
    // Cron's own habit is that either of the two may match.
    bool const both = unit == axis_weekday && times[axis_day] != whole(axis_day) &&
                      times[axis_weekday] != whole(axis_weekday);
    text += (both ? "+" : "") + field_text(times[unit], unit);
  }
  return text;
}

std::vector<std::string> beginnings(AxisTimes const& times) {
  std::vector<std::string> patterns;
  auto const add = [&](AxisTimes const& begin) {
    for (auto const& field : begin)
      if (field.none()) return;
    patterns.push_back(cron_pattern(begin));
  };
  // Within an hour.
  auto within = times;
  within[axis_minute] = begun(times[axis_minute]);
  bool const goes_on =
      times[axis_minute].test(0) && times[axis_minute].test(59);  // from hour to hour
  if (goes_on) within[axis_minute].reset(0);
  add(within);
  if (!goes_on) return patterns;
  // At the hour, when the hour before is not one of them.
  auto at_hour = times;
  at_hour[axis_minute] = AxisField{1};
  at_hour[axis_hour] = begun(times[axis_hour]);
  bool const through_midnight = times[axis_hour].test(0) && times[axis_hour].test(23);
  if (through_midnight) at_hour[axis_hour].reset(0);
  add(at_hour);
  if (!through_midnight) return patterns;
  // At midnight, when the day before is not one of them.
  auto at_midnight = times;
  at_midnight[axis_minute] = at_midnight[axis_hour] = AxisField{1};
  bool const every_date =
      times[axis_day] == whole(axis_day) && times[axis_month] == whole(axis_month);
  if (every_date) {
    at_midnight[axis_weekday] = begun(times[axis_weekday]);
    if (times[axis_weekday].test(0) && times[axis_weekday].test(6))
      at_midnight[axis_weekday].reset(0);
  }
  add(at_midnight);
  return patterns;
}

}  // namespace snapcron
