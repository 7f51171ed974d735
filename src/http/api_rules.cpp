// The rules and cameras one by one, the rules' switches, and who asks.

#include "http/api.hpp"
#include "http/status_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace snapcron::http {

namespace json = boost::json;
using boost::asio::awaitable;

void Api::rules(Call const&, Response& response) {
  json::array list;
  auto const zone = controls_.zone();
  for (auto const& rule : controls_.rules()) list.push_back(status_json(rule, zone));
  reply_json(response, list);
}

awaitable<void> Api::enable_rule(Call const& call, Response& response) {
  return switch_rule(true, call, response);
}

awaitable<void> Api::disable_rule(Call const& call, Response& response) {
  return switch_rule(false, call, response);
}

awaitable<void> Api::switch_rule(bool enabled, Call const& call, Response& response) {
  auto const changed = co_await controls_.enable_rule(call.argument, enabled, call.visitor.name);
  if (!changed) co_return fail(response, changed.error());
  reply_json(response, json::object{{"enabled", enabled}, {"changed", *changed}});
}

void Api::cameras(Call const&, Response& response) {
  json::array list;
  auto const zone = controls_.zone();
  for (auto const& camera : controls_.cameras()) list.push_back(status_json(camera, zone));
  reply_json(response, list);
}

void Api::me(Call const& call, Response& response) {
  auto const& visitor = call.visitor;
  bool const may_switch = visitor.verdict == Verdict::user;
  reply_json(response, json::object{{"name", visitor.name.empty() ? json::value{}
                                                                  : json::value(visitor.name)},
                                    {"role", may_switch ? "user" : "viewer"}});
}

}  // namespace snapcron::http
