#pragma once
// The five time fields of a trigger, and how they are said as cron patterns.

#include "axis/script.hpp"
#include "core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// `*`, or numbers and ranges with commas between them. The error is a text for people.
Result<AxisField> parse_axis_field(std::string_view text, AxisUnit unit);

/// Whether the fields say anything but "always".
bool is_always(AxisTimes const& times);

/// All five fields must match, as on the old units: a day of the month and a weekday, too.
std::string cron_pattern(AxisTimes const& times);

/// The minutes that match while the minute before did not, as patterns that together have them
/// all: where a level that stands already comes to count. Days are told apart by the weekday only;
/// of days of the month each begins anew.
std::vector<std::string> beginnings(AxisTimes const& times);

}  // namespace snapcron
