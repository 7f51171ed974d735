#pragma once
// Which names the time zone database of this system has, and which of them the system has chosen.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// Letters, digits, '_', '+' and '-' between single slashes: no path out of the database, and none
/// of its other trees (with leap seconds in their times).
bool looks_like_a_zone_name(std::string_view name);
/// Empty where there is no database.
std::vector<std::string> zone_names();
/// The zone that /etc/localtime is a link to.
std::optional<std::string> zone_name_of_the_system();

}  // namespace snapcron
