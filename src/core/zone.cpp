#include "core/zone.hpp"

#include "core/diagnostic.hpp"
#include "core/printable.hpp"

#include <date/tz.h>

#include <array>
#include <cstdlib>
#include <limits>
#include <vector>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr ZonePeriod all_time{sys_seconds{seconds{std::numeric_limits<std::int64_t>::min() / 4}},
                              sys_seconds{seconds{std::numeric_limits<std::int64_t>::max() / 4}},
                              seconds{0}};

/// The latest periods that this thread asked for. Looking one up in the database takes a binary
/// search and a string; a calendar asks for the same few again and again.
struct PeriodCache {
  struct Entry {
    date::time_zone const* zone = nullptr;
    ZonePeriod period;
  };
  std::array<Entry, 8> entries;
  std::size_t latest = 0, oldest = 0;
};

bool contains(ZonePeriod const& period, sys_seconds at) {
  return period.begin <= at && at < period.end;
}

/// The zone that a value of $TZ names, as far as it names one: ":Europe/Berlin",
/// "/usr/share/zoneinfo/...".
std::string_view name_in_tz(std::string_view tz) {
  if (tz.starts_with(':')) tz.remove_prefix(1);
  constexpr std::string_view folder = "/usr/share/zoneinfo/";
  if (tz.starts_with(folder)) tz.remove_prefix(folder.size());
  return tz;
}

Error unknown_zone(std::string_view name) {
  std::string text = "unknown time zone " + quoted(name);
  try {
    std::vector<std::string> known;
    for (auto const& zone : date::get_tzdb().zones) known.push_back(zone.name());
    if (known.size() < 2) throw std::runtime_error("empty");
    if (auto const nearest = nearest_word(name, known))
      return {Fault::not_found, text + " (did you mean '" + *nearest + "'?)"};
    text += ": write an IANA name such as Europe/Stockholm";
  } catch (std::exception const&) {
    text += ": this system has no time zone database (install tzdata)";
  }
  return {Fault::not_found, text};
}

}  // namespace

Zone::Zone() : name_{"UTC"} {}

Result<Zone> Zone::find(std::string_view name) {
  Zone zone;
  if (name == "UTC" || name == "Etc/UTC") return zone;
  try {
    zone.zone_ = date::locate_zone(std::string{name});
    zone.zone_->get_info(date::sys_seconds{});  // read now what could fail to be read later
  } catch (std::exception const&) {
    return unknown_zone(name);
  }
  zone.name_ = name;
  return zone;
}

Zone Zone::system() {
  if (char const* const tz = std::getenv("TZ")) {
    if (*tz == '\0') return {};
    if (auto zone = find(name_in_tz(tz))) return *zone;
  }
  try {
    if (auto zone = find(date::current_zone()->name())) return *zone;
  } catch (std::exception const&) {
    // neither /etc/localtime nor /etc/timezone says anything that the database knows
  }
  return {};
}

ZonePeriod const& Zone::period(sys_seconds at) const {
  if (zone_ == nullptr) return all_time;
  static thread_local PeriodCache cache;
  auto const hit = [&](PeriodCache::Entry const& e) {
    return e.zone == zone_ && contains(e.period, at);
  };
  if (hit(cache.entries[cache.latest])) return cache.entries[cache.latest].period;
  for (std::size_t i = 0; i < cache.entries.size(); ++i) {
    if (!hit(cache.entries[i])) continue;
    cache.latest = i;
    return cache.entries[i].period;
  }
  auto const info = zone_->get_info(date::sys_seconds{at.time_since_epoch()});
  cache.latest = cache.oldest;
  cache.oldest = (cache.oldest + 1) % cache.entries.size();
  auto& entry = cache.entries[cache.latest];
  entry = {zone_,
           {sys_seconds{info.begin.time_since_epoch()}, sys_seconds{info.end.time_since_epoch()},
            info.offset}};
  return entry.period;
}

seconds Zone::offset(Instant at) const {
  return period(floor<seconds>(at)).offset;
}

std::string Zone::abbreviation(Instant at) const {
  if (zone_ == nullptr) return "UTC";
  return zone_->get_info(date::sys_seconds{floor<seconds>(at).time_since_epoch()}).abbrev;
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
