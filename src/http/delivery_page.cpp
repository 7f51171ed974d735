#include "http/delivery_page.hpp"

#include "core/printable.hpp"
#include "http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace snapcron::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_deliveries = 1000;

Error bad_selection(std::string text) {
  return {Fault::invalid, std::move(text)};
}

Result<void> read_ids(json::value const& value, std::vector<std::int64_t>& ids) {
  auto const* list = value.if_array();
  if (!list || list->empty() || list->size() > most_deliveries)
    return bad_selection("'ids' must be a list of 1 to 1000 numbers");
  for (auto const& id : *list) {
    if (!id.is_int64() || id.get_int64() < 1) return bad_selection("'ids' must be numbers from 1");
    ids.push_back(id.get_int64());
  }
  return {};
}

json::object delivery_json(Delivery const& delivery, Zone const& zone) {
  auto const or_null = [](std::string const& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  bool const tried = delivery.attempts > 0 && !delivery.set_aside;
  return {{"id", delivery.id},
          {"destination", delivery.destination},
          {"state", delivery.set_aside ? "failed" : "queued"},
          {"file", or_null(delivery.file)},
          {"name", or_null(delivery.name)},
          {"event", or_null(delivery.event)},
          {"queued", rfc3339(delivery.queued, zone, 3)},
          {"attempts", delivery.attempts},
          {"next", tried ? json::value(rfc3339(delivery.next, zone, 0)) : json::value(nullptr)},
          {"error", or_null(delivery.error)},
          {"bytes", delivery.bytes}};
}

}  // namespace

Result<DeliveryQuery> parse_delivery_query(std::string_view text) {
  auto const parameters = parse_query(text);
  if (!parameters) return parameters.error();
  DeliveryQuery query;
  for (auto const& [key, value] : *parameters) {
    if (key == "destination") {
      query.destination = value;
      continue;
    }
    if (key != "after" && key != "limit")
      return unknown_parameter(key, "destination, after, limit");
    bool const after = key == "after";
    auto const number =
        query_number(key, value, after ? 0 : 1, after ? INT64_MAX : most_deliveries);
    if (!number) return number.error();
    if (after)
      query.after = *number;
    else
      query.limit = static_cast<unsigned>(*number);
  }
  return query;
}

Result<DeliverySelection> parse_delivery_selection(std::string_view body) {
  boost::system::error_code failed;
  auto const value = json::parse({body.data(), body.size()}, failed);
  auto const* object = value.if_object();
  if (failed || !object) return bad_selection("the body must be a JSON object");
  DeliverySelection which;
  bool all = false;
  for (auto const& [key, given] : *object) {
    if (key == "ids") {
      if (auto const read = read_ids(given, which.ids); !read) return read.error();
    } else if (key == "destination") {
      if (!given.is_string()) return bad_selection("'destination' must be a string");
      which.destination = std::string{given.get_string()};
    } else if (key == "all") {
      all = given.is_bool() && given.get_bool();
    } else {
      return bad_selection("unknown key " + snapcron::quoted(std::string_view{key}) +
                           " (known: ids, all, destination)");
    }
  }
  // Nothing is meant by nothing.
  if (all == !which.ids.empty()) return bad_selection("give either 'ids' or \"all\": true");
  return which;
}

json::value delivery_page(std::vector<Delivery> const& deliveries, unsigned limit,
                          Zone const& zone) {
  json::array list;
  list.reserve(deliveries.size());
  for (auto const& delivery : deliveries) list.push_back(delivery_json(delivery, zone));
  bool const more = deliveries.size() >= limit;
  return json::object{{"deliveries", std::move(list)},
                      {"next", more ? json::value(deliveries.back().id) : json::value(nullptr)}};
}

}  // namespace snapcron::http
