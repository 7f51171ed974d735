#include "http/log_page.hpp"

#include "core/printable.hpp"
#include "http/target.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <charconv>
#include <string>

namespace snapcron::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_records = 1000;
constexpr std::int64_t longest_wait = 30;  // seconds

Result<std::int64_t> number(std::string const& key, std::string const& text, std::int64_t least,
                            std::int64_t most) {
  std::int64_t value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad == std::errc{} && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  return Error{Fault::invalid, "'" + key + "' must be a whole number from " +
                                   std::to_string(least) + " to " + std::to_string(most)};
}

Result<void> take(LogRequest& request, std::string const& key, std::string const& value) {
  auto& query = request.query;
  if (key == "rule") {
    query.rule = value;
    return {};
  }
  if (key != "after" && key != "limit" && key != "wait")
    return Error{Fault::invalid, "unknown parameter " + snapcron::quoted(key) +
                                     " (known: rule, after, limit, wait)"};
  auto const found = key == "after"   ? number(key, value, 0, INT64_MAX)
                     : key == "limit" ? number(key, value, 1, most_records)
                                      : number(key, value, 0, longest_wait);
  if (!found) return found.error();
  if (key == "after") {
    query.after = *found;
    query.newest = false;
  } else if (key == "limit") {
    query.limit = static_cast<unsigned>(*found);
  } else {
    request.wait = std::chrono::seconds{*found};
  }
  return {};
}

}  // namespace

Result<LogRequest> parse_log_query(std::string_view query) {
  LogRequest request;
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
    if (auto const taken = take(request, key, value); !taken) return taken.error();
  }
  return request;
}

json::value log_page(LogPage const& page) {
  json::array records;
  records.reserve(page.records.size());
  for (auto const& record : page.records) {
    boost::system::error_code bad;
    auto value = json::parse(record.json, bad);
    if (bad || !value.is_object()) value = json::object{{"text", record.json}};
    value.get_object()["id"] = record.id;
    records.push_back(std::move(value));
  }
  return json::object{{"records", std::move(records)}, {"next", page.next}};
}

}  // namespace snapcron::http
