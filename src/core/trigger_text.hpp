#pragma once
// Triggers in words.

#include "core/rule.hpp"
#include "core/world.hpp"

#include <string>

namespace snapcron {

/// The configuration's word: "input", "cron", "every", ...
char const* kind_of(Trigger const& trigger);
/// The whole trigger: "input door rising for 10m", "cron 0 3 * * *", "sun sunset -30m". Two
/// triggers with the same text are the same to what is remembered on disk.
std::string describe(Trigger const& trigger, Names const& names);

char const* to_text(InputTrigger::Edge edge);  // "rising"
char const* to_text(SunEvent event);           // "sunset"

}  // namespace snapcron
