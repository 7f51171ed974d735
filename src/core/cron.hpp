#pragma once
// Cron patterns after the Open Cron Pattern Specification (OCPS 1.0 to 1.4): five fields
// (MIN HOUR DOM MON DOW), six (seconds first) or seven (year last, 1970 to 2199), and nicknames.
// Two usual extensions: LW, the last weekday of the month, and L-3, three days before its last.

#include "core/cron_fields.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace snapcron {

/// Why a pattern is refused; `column` counts from 0 in the pattern's text.
struct CronError {
  std::size_t column = 0;
  std::string text;  // "minute 75 is not in 0-59"
};
[[noreturn]] inline void throw_exception_from_error(CronError const& e,
                                                    boost::source_location const&) {
  throw std::runtime_error(e.text);
}

class Cron {
 public:
  /// Of a refused pattern the first mistake is told. Space around the pattern is ignored.
  static boost::system::result<Cron, CronError> parse(std::string_view pattern);

  /// What happens to a fixed time that falls into the spring gap.
  enum class Gap { skip, run_once };

  /// The first match strictly after `after`, or nothing when there is none (bounded time).
  /// Fixed times in the spring gap are skipped (or run once at its end); those that come twice in
  /// autumn run the first time. Patterns whose minute or hour begins with * go by elapsed time:
  /// they match whatever the wall clock shows, in both autumn hours and straight on in spring.
  std::optional<Instant> next(Instant after, Zone const& zone, Gap gap = Gap::skip) const;

  /// A spring gap, and how many of the pattern's fixed times fell into it.
  struct Swallowed {
    Instant at;  // the first instant after the gap
    std::uint64_t count = 0;
    friend bool operator==(Swallowed const&, Swallowed const&) = default;
  };
  /// The first gap that ends in (after, until] and swallowed at least one fixed time. Intervals
  /// lose none.
  std::optional<Swallowed> swallowed(Instant after, Instant until, Zone const& zone) const;

  /// The latest time in (from_exclusive, until_inclusive] that next() tells, or nothing when there
  /// is none; as fast over years as over a day.
  std::optional<Instant> last(Instant from_exclusive, Instant until_inclusive,
                              Zone const& zone) const;

  /// Does the minute that contains `at` match, as the wall clock shows it? (the `cron` condition;
  /// seconds are not looked at, and an hour that comes twice matches twice)
  bool matches_minute(Instant at, Zone const& zone) const;

  /// Can it match at a time of day in [from, to), seconds since midnight as the wall clock shows
  /// them? `to` before `from` ends on the next day; equal ones are the whole day.
  bool matches_between(std::uint32_t from, std::uint32_t to) const;

  /// Minute or hour begin with *: an interval, which goes by elapsed time and not by the clock's
  /// face.
  bool is_interval() const { return fields_.interval; }
  /// "@reboot": at the daemon's start, never by the calendar.
  bool is_reboot() const { return reboot_; }
  std::string const& text() const { return text_; }
  friend bool operator==(Cron const& a, Cron const& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  bool reboot_ = false;
  CronFields fields_;
};

}  // namespace snapcron
