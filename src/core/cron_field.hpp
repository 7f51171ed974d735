#pragma once
// One field of a cron pattern, from its text into the masks.

#include "core/cron_fields.hpp"

#include <cstddef>
#include <string_view>

namespace snapcron {

/// In the order of the longest pattern.
enum class CronField { second, minute, hour, day, month, weekday, year };

/// A field's text and where it begins in the pattern.
struct CronWord {
  std::string_view text;
  std::size_t column;
};

/// Throws CronError, which Cron::parse catches.
void read_cron_field(CronWord word, CronField field, CronFields& out);

}  // namespace snapcron
