#pragma once
// Times as HTTP's header fields have them.

#include "core/zone.hpp"

#include <chrono>
#include <string>

namespace snapcron::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT"
inline std::string http_date(std::chrono::sys_seconds at) {
  return format_time("%a, %d %b %Y %H:%M:%S GMT", at, Zone{});
}

}  // namespace snapcron::http
