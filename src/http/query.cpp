#include "http/query.hpp"

#include "core/printable.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <charconv>

namespace snapcron::http {

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    auto const item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), item.size() + 1));
    if (item.empty()) continue;
    auto const equals = std::min(item.find('='), item.size());
    std::string key, value;
    if (!decode_query_text(item.substr(0, equals), key) ||
        !decode_query_text(item.substr(std::min(item.size(), equals + 1)), value))
      return Error{Fault::invalid,
                   "the query has a broken percent-encoding, or is not UTF-8 after decoding"};
    parameters.emplace_back(std::move(key), std::move(value));
  }
  return parameters;
}

std::string query_value(std::string_view query, std::string_view key) {
  if (auto const parameters = parse_query(query))
    for (auto const& [name, value] : *parameters)
      if (name == key) return value;
  return {};
}

Result<std::int64_t> query_number(std::string const& key, std::string const& text,
                                  std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad == std::errc{} && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  return Error{Fault::invalid, "'" + key + "' must be a whole number from " +
                                   std::to_string(least) + " to " + std::to_string(most)};
}

Result<Instant> query_time(std::string const& key, std::string text) {
  // A "+" that nobody encoded has become a blank.
  std::ranges::replace(text, ' ', '+');
  auto const at = parse_rfc3339(text);
  if (at) return *at;
  return Error{Fault::invalid, "'" + key + "' must be a time such as 2026-03-01T18:00:00+01:00"};
}

Error unknown_parameter(std::string const& key, std::string_view known) {
  return {Fault::invalid,
          "unknown parameter " + snapcron::quoted(key) + " (known: " + std::string{known} + ")"};
}

}  // namespace snapcron::http
