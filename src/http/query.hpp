#pragma once
// The parameters behind the '?' of a request.

#include "core/error.hpp"
#include "core/zone.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snapcron::http {

/// Decoded, in their order.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

/// Of the first parameter with that name; empty when there is none, or the query is broken.
std::string query_value(std::string_view query, std::string_view key);

/// A whole number from `least` to `most`.
Result<std::int64_t> query_number(std::string const& key, std::string const& text,
                                  std::int64_t least, std::int64_t most);

/// RFC 3339.
Result<Instant> query_time(std::string const& key, std::string text);

/// `known` as a person reads it: "rule, after, limit".
Error unknown_parameter(std::string const& key, std::string_view known);

}  // namespace snapcron::http
