#include "core/zone.hpp"

#include "core/diagnostic.hpp"
#include "core/printable.hpp"
#include "core/zone_names.hpp"
#include "core/zone_table.hpp"

#include <cstdlib>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The zone that a value of $TZ names, as far as it names one: ":Europe/Berlin",
/// "/usr/share/zoneinfo/...".
std::string_view name_in_tz(std::string_view tz) {
  if (tz.starts_with(':')) tz.remove_prefix(1);
  constexpr std::string_view folder = "/usr/share/zoneinfo/";
  if (tz.starts_with(folder)) tz.remove_prefix(folder.size());
  return tz;
}

Error unknown_zone(std::string_view name) {
  auto text = "unknown time zone " + quoted(name);
  auto const known = zone_names();
  if (known.size() < 2)
    text += ": this system has no time zone database (install tzdata)";
  else if (auto const nearest = nearest_word(name, known))
    text += " (did you mean '" + *nearest + "'?)";
  else
    text += ": write an IANA name such as Europe/Stockholm";
  return {Fault::not_found, text};
}

}  // namespace

Zone::Zone() : name_{"UTC"} {}

Result<Zone> Zone::find(std::string_view name) {
  Zone zone;
  if (name == "UTC" || name == "Etc/UTC") return zone;
  zone.name_ = name;
  if (looks_like_a_zone_name(name)) zone.table_ = ZoneTable::named(zone.name_);
  if (zone.table_ == nullptr) return unknown_zone(name);
  return zone;
}

Zone Zone::system() {
  if (char const* const tz = std::getenv("TZ")) {
    if (*tz == '\0') return {};
    if (auto zone = find(name_in_tz(tz))) return *zone;
  }
  if (auto const name = zone_name_of_the_system()) {
    if (auto zone = find(*name)) return *zone;
  }
  Zone zone;  // a file of its own, without a name
  if (auto const* table = ZoneTable::named("/etc/localtime")) {
    zone.name_ = "localtime";
    zone.table_ = table;
  }
  return zone;
}

ZonePeriod const& Zone::period(sys_seconds at) const {
  return table_ == nullptr ? all_time : table_->period(at);
}

seconds Zone::offset(Instant at) const {
  return period(floor<seconds>(at)).offset;
}

std::string Zone::abbreviation(Instant at) const {
  return table_ == nullptr ? "UTC" : table_->abbreviation(floor<seconds>(at));
}

Civil Zone::civil(Instant at) const {
  auto const local = floor<seconds>(at) + offset(at);
  auto const day = floor<days>(local);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const time{local - day};
  return {.year = int{date.year()},
          .month = unsigned{date.month()},
          .day = unsigned{date.day()},
          .hour = static_cast<unsigned>(time.hours().count()),
          .minute = static_cast<unsigned>(time.minutes().count()),
          .second = static_cast<unsigned>(time.seconds().count()),
          .weekday = std::chrono::weekday{day}.c_encoding()};
}

}  // namespace snapcron
