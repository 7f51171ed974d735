#pragma once
// A time zone of the IANA database, behind one small value.

#include "core/error.hpp"
#include "core/time.hpp"

#include <limits>
#include <string>
#include <string_view>

namespace snapcron {

/// A civil (wall clock) time without a zone.
struct Civil {
  int year = 1970;
  unsigned month = 1, day = 1;  // 1-12, 1-31
  unsigned hour = 0, minute = 0, second = 0;
  unsigned weekday = 4;  // 0 = Sunday
  friend bool operator==(Civil const&, Civil const&) = default;
};

/// A stretch of time with one offset.
struct ZonePeriod {
  std::chrono::sys_seconds begin,
      end;                        // from begin to before end; both far away where nothing changes
  std::chrono::seconds offset{};  // east of UTC
  /// The civil time (seconds from 1970-01-01T00:00:00) up to which earlier periods' clocks have
  /// come. The period's first civil time is before it where clocks went back, after it where they
  /// skipped some.
  std::chrono::seconds shown_before{};
};

/// UTC's only period. A quarter of the range, so that sums with it do not overflow.
inline constexpr ZonePeriod all_time{
    std::chrono::sys_seconds{std::chrono::seconds{std::numeric_limits<std::int64_t>::min() / 4}},
    std::chrono::sys_seconds{std::chrono::seconds{std::numeric_limits<std::int64_t>::max() / 4}},
    std::chrono::seconds{0}, std::chrono::seconds{std::numeric_limits<std::int64_t>::min() / 4}};

class ZoneTable;

class Zone {
 public:
  /// UTC.
  Zone();
  /// An IANA name such as "Europe/Stockholm"; an unknown name is Fault::not_found.
  static Result<Zone> find(std::string_view name);
  /// The system's zone (TZ where it names a zone, else /etc/localtime); UTC where it has none.
  static Zone system();

  std::string const& name() const { return name_; }
  Civil civil(Instant at) const;
  std::chrono::seconds offset(Instant at) const;  // east of UTC

  /// The period that contains `at`, in a few nanoseconds; the reference lasts for ever.
  ZonePeriod const& period(std::chrono::sys_seconds at) const;
  /// "CET"; "UTC".
  std::string abbreviation(Instant at) const;

  friend bool operator==(Zone const& a, Zone const& b) { return a.table_ == b.table_; }

 private:
  std::string name_;
  ZoneTable const* table_ = nullptr;  // null: UTC, which needs no database
};

/// RFC 3339 with the zone's offset and `digits` of fraction: "2026-03-01T22:00:00.123+01:00".
std::string rfc3339(Instant at, Zone const& zone, int digits = 0);
/// Reads RFC 3339 (with "Z" or an offset, fraction of up to nine digits).
Result<Instant> parse_rfc3339(std::string_view text);
/// strftime for the letters that file names and texts may use: Y m d H M S y j F T e a b A B u w p
/// I Z z s %. English names whatever the locale. `format` was checked by check_time_format().
std::string format_time(std::string_view format, Instant at, Zone const& zone);
/// Empty when every letter is known; else what is wrong.
std::string check_time_format(std::string_view format);

}  // namespace snapcron
