#pragma once
// JSON as people and simple programs read it: Boost's own text has 1E1 for ten.

#include <boost/json/value.hpp>

#include <string>

namespace snapcron::http {

/// Numbers without an exponent, and without a fraction that is none: 10, 0.25.
void append_json(std::string& out, boost::json::value const& value);
std::string json_text(boost::json::value const& value);

}  // namespace snapcron::http
