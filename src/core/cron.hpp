#pragma once
// Cron patterns after the Open Cron Pattern Specification (OCPS 1.0 to 1.4): five fields
// (MIN HOUR DOM MON DOW), six (seconds first) or seven (year last), and nicknames.

#include "core/error.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snapcron {

/// Why a pattern is refused; `column` counts from 0 in the pattern's text.
struct CronError {
  std::size_t column = 0;
  std::string text;  // "minute 75 is not in 0-59"
};

class Cron {
 public:
  static boost::system::result<Cron, CronError> parse(std::string_view pattern);

  /// What happens to a fixed time that falls into the spring gap.
  enum class Gap { skip, run_once };

  /// The first match strictly after `after`, or nothing when there is none (bounded time).
  /// Fixed times in the spring gap are skipped (or run once at its end); those that come twice in
  /// autumn run the first time. Patterns whose minute or hour begins with * go by elapsed time.
  std::optional<Instant> next(Instant after, Zone const& zone, Gap gap = Gap::skip) const;

  /// Does the minute that contains `at` match? (the `cron` condition; seconds are not looked at)
  bool matches_minute(Instant at, Zone const& zone) const;

  /// "@reboot": at the daemon's start, never by the calendar.
  bool is_reboot() const { return reboot_; }
  std::string const& text() const { return text_; }
  friend bool operator==(Cron const& a, Cron const& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  bool reboot_ = false;
  // The implementer of cron.cpp owns what stands below: bit masks of the fields.
  std::uint64_t seconds_ = 0, minutes_ = 0;
  std::uint32_t hours_ = 0, days_ = 0;
  std::uint16_t months_ = 0;
  std::uint8_t weekdays_ = 0;
};

}  // namespace snapcron
