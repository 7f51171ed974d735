#pragma once
// Whether conditions hold, and if not, which one does not and what was seen instead.

#include "core/rule.hpp"
#include "core/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// The moment at which conditions are looked at. Calendar conditions go by the event's time, levels
/// are those of now.
struct Looking {
  World const& world;
  Moment now;
  Instant event;             // the wall time of the edge, or the due time
  std::string_view trigger;  // the id of the trigger that fired, else its kind; "manual" by hand
};

/// Nothing when all hold; else the first that does not, with the value seen: "input door is high:
/// it is low".
std::optional<std::string> what_fails(std::vector<Condition> const& conditions,
                                      Looking const& looking);

}  // namespace snapcron
