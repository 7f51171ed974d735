// `snapcron outbox`: what waits to be delivered, as a table or as JSON, and what a person decides.
#include "app/commands.hpp"
#include "core/percent_encoding.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "http/client.hpp"

#include <boost/json.hpp>

#include <iomanip>
#include <iostream>
#include <sstream>

namespace snapcron {
namespace {

namespace json = boost::json;

constexpr unsigned deliveries_a_page = 1000;

std::string text(json::object const& object, char const* key) {
  auto const* value = object.if_contains(key);
  auto const* string = value ? value->if_string() : nullptr;
  return string ? printable(std::string_view{*string}) : std::string{};
}

std::uint64_t number(json::object const& object, char const* key) {
  auto const* value = object.if_contains(key);
  boost::system::error_code none;
  return value && value->is_number() ? value->to_number<std::uint64_t>(none) : 0;
}

std::string row(json::object const& delivery) {
  bool const aside = text(delivery, "state") == "failed";
  auto const file = text(delivery, "file");
  auto const bytes = number(delivery, "bytes");
  std::ostringstream line;
  line << std::right << std::setw(6) << number(delivery, "id") << "  " << std::left << std::setw(10)
       << (aside ? "set aside" : "waits") << ' ' << std::setw(14) << text(delivery, "destination")
       << ' ' << std::setw(10) << (bytes > 0 ? size_text(bytes) : "-") << ' '
       << (file.empty() ? "(mail)" : file);
  auto const tries = number(delivery, "attempts");
  if (tries > 0) line << "\n        tried " << tries << (tries == 1 ? " time" : " times");
  if (auto const next = text(delivery, "next"); !next.empty()) line << ", next " << next;
  if (auto const error = text(delivery, "error"); !error.empty()) line << ": " << error;
  return line.str();
}

/// Every page of the outbox, in its order.
template <class Visit>
std::optional<int> for_each_delivery(std::filesystem::path const& socket,
                                     std::string const& destination, Visit visit) {
  for (std::int64_t after = 0;;) {
    auto query = "/api/v1/deliveries?limit=" + std::to_string(deliveries_a_page) +
                 "&after=" + std::to_string(after);
    if (!destination.empty()) query += "&destination=" + percent_encode(destination);
    auto const reply = request_unix(socket, "GET", query, "", "", answer_within);
    if (auto const code = failure(reply)) return code;
    boost::system::error_code bad;
    auto const page = json::parse(reply->body, bad);
    auto const* object = bad ? nullptr : page.if_object();
    auto const* list = object ? object->if_contains("deliveries") : nullptr;
    if (!list || !list->is_array())
      return complain("snapcron", "what the daemon replied is no list of deliveries",
                      exit_code::failed);
    for (auto const& delivery : list->get_array())
      if (delivery.is_object()) visit(delivery.get_object());
    auto const* next = object->if_contains("next");
    if (!next || !next->is_int64()) return std::nullopt;
    after = next->get_int64();
  }
}

}  // namespace

int list_outbox(std::filesystem::path const& socket, OutboxOptions const& options) {
  std::uint64_t count = 0;
  auto const print = [&](json::object const& delivery) {
    ++count;
    std::cout << (options.json ? json::serialize(delivery) : row(delivery)) << '\n';
  };
  if (auto const code = for_each_delivery(socket, options.destination, print)) return *code;
  if (count == 0 && !options.json) std::cout << "Nothing waits to be delivered.\n";
  return exit_code::ok;
}

int change_outbox(std::filesystem::path const& socket, std::string const& what,
                  OutboxOptions const& options) {
  if (options.all == !options.ids.empty())
    return complain("snapcron", "outbox " + what + ": give ids, or --all", exit_code::usage);
  json::object body;
  if (options.all)
    body["all"] = true;
  else
    body["ids"] = json::array(options.ids.begin(), options.ids.end());
  if (!options.destination.empty()) body["destination"] = options.destination;
  auto const reply = request_unix(socket, "POST", "/api/v1/deliveries/" + what,
                                  json::serialize(body), "", answer_within);
  if (auto const code = failure(reply)) return *code;
  boost::system::error_code bad;
  auto const said = json::parse(reply->body, bad);
  auto const* object = bad ? nullptr : said.if_object();
  auto const count = object ? number(*object, "changed") : 0;
  if (count == 0 && !options.all)
    return complain("snapcron", "outbox " + what + ": none of these waits", exit_code::failed);
  std::cout << count << (what == "retry" ? " are tried now\n" : " taken off the list\n");
  return exit_code::ok;
}

}  // namespace snapcron
