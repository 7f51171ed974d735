#pragma once
// Times and zones as tests write them.

#include "core/time.hpp"
#include "core/zone.hpp"

#include <string_view>

namespace snapcron::test {

inline Instant at(std::string_view rfc3339) {
  return parse_rfc3339(rfc3339).value();
}
inline Zone zone(std::string_view name) {
  return Zone::find(name).value();
}

}  // namespace snapcron::test
