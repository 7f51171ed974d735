#pragma once
// What every stored picture says of itself, whatever becomes of its name.

#include "core/time.hpp"
#include "core/zone.hpp"

#include <string>

namespace snapcron {

struct PictureFacts {
  std::string camera, rule, event;
  Moment trigger, captured;
};

/// One line of JSON: {"camera": "door", "rule": "door-open", "event": "t0f2-7", "trigger": "...",
/// "captured": "...", "age_ms": -412}. The times are RFC 3339 with milliseconds, the age is from
/// the trigger to the capture: negative for a picture from before it. No value can break out.
std::string describe(PictureFacts const& facts, Zone const& zone);

}  // namespace snapcron
