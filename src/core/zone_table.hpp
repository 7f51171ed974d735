#pragma once
// Every change of clocks that a zone has within the reach of Instant, laid out so that the period
// of a time is found without a search. zone_table.cpp is the only file that knows `cctz`.

#include "core/zone.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cctz {
class time_zone;
}

namespace snapcron {

class ZoneTable {
 public:
  /// Reads a zone of the database once and keeps it for ever; null when it has no such zone.
  /// Two names are two tables; the same name is the same table. Safe from any thread.
  static ZoneTable const* named(std::string const& name);

  ~ZoneTable();
  ZonePeriod const& period(std::chrono::sys_seconds at) const;
  std::string abbreviation(std::chrono::sys_seconds at) const;

 private:
  explicit ZoneTable(cctz::time_zone const& zone);

  std::unique_ptr<cctz::time_zone> zone_;
  std::vector<ZonePeriod> periods_;              // without gaps, from before all time to after it
  std::vector<std::uint16_t> first_of_stretch_;  // the period that a stretch of time begins in
};

}  // namespace snapcron
