#pragma once
// What `snapcron status` prints.

#include <boost/json/value.hpp>

#include <string>

namespace snapcron {

/// `status` is the document of GET /api/v1/status; keys that are missing or of another type are
/// left out, never an error. Times are the daemon's local ones with how long ago that was. Aligned
/// by display width of UTF-8; control characters in names are replaced. `colour`: ANSI, for a
/// terminal.
std::string status_table(boost::json::value const& status, bool colour = false);

}  // namespace snapcron
