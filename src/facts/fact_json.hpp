#pragma once
// A fact as the JSON object that the log keeps and the simulator prints: "time", "kind", "event",
// "rule", and what belongs to its kind. Actions carry their parameters under the configuration's
// own words.

#include "core/fact.hpp"

#include <boost/json/object.hpp>

namespace snapcron {

/// Times are in the names' zone.
boost::json::object fact_json(Fact const& fact, Names const& names);

}  // namespace snapcron
