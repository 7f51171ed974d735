#include "core/zone_table.hpp"

#include <cctz/time_zone.h>

#include <algorithm>
#include <map>
#include <mutex>

namespace snapcron {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr auto first_instant = floor<seconds>(Instant::min());
constexpr auto last_instant = floor<seconds>(Instant::max());
// Half a year, about: seldom more than one change of clocks.
constexpr int stretch_bits = 24;
constexpr auto stretches =
    static_cast<std::size_t>((last_instant - first_instant).count() >> stretch_bits) + 1;

using SystemTime = cctz::time_point<cctz::seconds>;

seconds offset_at(cctz::time_zone const& zone, sys_seconds at) {
  return seconds{zone.lookup(SystemTime{at.time_since_epoch()}).offset};
}

/// The next change of clocks after a time in a period with that offset.
sys_seconds next_change(cctz::time_zone const& zone, sys_seconds at, seconds offset) {
  cctz::time_zone::civil_transition change;
  if (!zone.next_transition(SystemTime{at.time_since_epoch()}, &change)) return all_time.end;
  auto const shown = change.from - cctz::civil_second{1970, 1, 1};
  return sys_seconds{seconds{shown} - offset};
}

std::vector<ZonePeriod> periods_of(cctz::time_zone const& zone) {
  std::vector<ZonePeriod> periods;
  auto begin = all_time.begin;
  auto newest = all_time.shown_before;
  for (auto inside = first_instant;;) {
    auto const offset = offset_at(zone, inside);
    auto const end = next_change(zone, inside, offset);
    bool const is_last = end > last_instant;
    if (!periods.empty() && periods.back().offset == offset)
      periods.back().end = end;  // only the name or the summer flag changed
    else
      periods.push_back({begin, end, offset, newest});
    if (is_last) break;
    newest = std::max(newest, (end + offset).time_since_epoch());
    begin = inside = end;
  }
  periods.back().end = all_time.end;
  return periods;
}

}  // namespace

ZoneTable::ZoneTable(cctz::time_zone const& zone)
    : zone_{std::make_unique<cctz::time_zone>(zone)}, periods_{periods_of(zone)} {
  first_of_stretch_.reserve(stretches);
  std::size_t period = 0;
  for (std::size_t i = 0; i < stretches; ++i) {
    auto const begin = first_instant + seconds{static_cast<std::int64_t>(i) << stretch_bits};
    while (periods_[period].end <= begin) ++period;
    first_of_stretch_.push_back(static_cast<std::uint16_t>(period));
  }
}

ZoneTable::~ZoneTable() = default;

ZoneTable const* ZoneTable::named(std::string const& name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<ZoneTable const>> tables;
  std::scoped_lock const lock{mutex};
  if (auto const known = tables.find(name); known != tables.end()) return known->second.get();
  cctz::time_zone zone;
  if (!cctz::load_time_zone(name, &zone)) return nullptr;
  return (tables[name] = std::unique_ptr<ZoneTable const>{new ZoneTable{zone}}).get();
}

ZonePeriod const& ZoneTable::period(sys_seconds at) const {
  auto const inside = std::clamp(at, first_instant, last_instant);
  auto const stretch = static_cast<std::size_t>((inside - first_instant).count()) >> stretch_bits;
  auto const* period = &periods_[first_of_stretch_[stretch]];
  while (period->end <= at) ++period;
  return *period;
}

std::string ZoneTable::abbreviation(sys_seconds at) const {
  return zone_->lookup(SystemTime{at.time_since_epoch()}).abbr;
}

}  // namespace snapcron
