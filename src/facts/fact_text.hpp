#pragma once
// A recorded fact as a line for people: the simulator's timeline and `snapcron log` show the same.

#include <boost/json/object.hpp>

#include <string>

namespace snapcron {

/// "2026-03-01T22:00:00+01:00  door-open: fires: input front-door rising  [k3f9x2-1]", without a
/// line end. Empty for what a person need not read: an action that went well and has nothing more
/// to say. Unknown fields do no harm.
std::string fact_text(boost::json::object const& fact);

}  // namespace snapcron
