#include "http/log_page.hpp"

#include "http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace snapcron::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_records = 1000;
constexpr std::int64_t longest_wait = 30;  // seconds

Result<void> take(LogRequest& request, std::string const& key, std::string const& value) {
  auto& query = request.query;
  if (key == "rule") {
    query.rule = value;
    return {};
  }
  if (key == "since" || key == "until") {
    auto const at = query_time(key, value);
    if (!at) return at.error();
    (key == "since" ? query.since : query.until) = *at;
    return {};
  }
  if (key != "after" && key != "before" && key != "limit" && key != "wait")
    return unknown_parameter(key, "rule, after, before, since, until, limit, wait");
  auto const found = key == "after"    ? query_number(key, value, 0, INT64_MAX)
                     : key == "before" ? query_number(key, value, 1, INT64_MAX)
                     : key == "limit"  ? query_number(key, value, 1, most_records)
                                       : query_number(key, value, 0, longest_wait);
  if (!found) return found.error();
  if (key == "after") {
    query.after = *found;
    query.newest = false;
  } else if (key == "before") {
    query.before = *found;
  } else if (key == "limit") {
    query.limit = static_cast<unsigned>(*found);
  } else {
    request.wait = std::chrono::seconds{*found};
  }
  return {};
}

}  // namespace

Result<LogRequest> parse_log_query(std::string_view query) {
  auto const parameters = parse_query(query);
  if (!parameters) return parameters.error();
  LogRequest request;
  for (auto const& [key, value] : *parameters)
    if (auto const taken = take(request, key, value); !taken) return taken.error();
  return request;
}

json::object record_json(Record const& record) {
  boost::system::error_code bad;
  auto value = json::parse(record.json, bad);
  if (bad || !value.is_object()) value = json::object{{"text", record.json}};
  value.get_object()["id"] = record.id;
  return std::move(value.get_object());
}

json::value log_page(LogPage const& page) {
  json::array records;
  records.reserve(page.records.size());
  for (auto const& record : page.records) records.push_back(record_json(record));
  return json::object{{"records", std::move(records)}, {"next", page.next}};
}

}  // namespace snapcron::http
