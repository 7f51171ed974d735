#include "http/api.hpp"

#include "core/diagnostic.hpp"
#include "core/printable.hpp"
#include "core/secrets.hpp"
#include "http/counted.hpp"
#include "http/delivery_page.hpp"
#include "http/json_body.hpp"
#include "http/json_text.hpp"
#include "http/log_page.hpp"
#include "http/metrics.hpp"
#include "http/page.hpp"
#include "http/picture_page.hpp"
#include "http/status_json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace snapcron::http {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

}  // namespace

unsigned status_of(Fault fault) {
  switch (fault) {
    case Fault::invalid:
      return 400;
    case Fault::denied:
      return 403;
    case Fault::not_found:
      return 404;
    case Fault::refused:
      return 409;
    case Fault::bad_picture:
    case Fault::camera:
      return 502;
    case Fault::busy:
    case Fault::gone:
      return 503;
    case Fault::timed_out:
      return 504;
    case Fault::no_space:
      return 507;
    case Fault::failed:
      break;
  }
  return 500;
}

void fail(Response& response, Error const& error) {
  make_problem(response, status_of(error.fault), error.text);
  if (error.fault == Fault::busy) response.fields += "Retry-After: 1\r\n";
}

void reply_json(Response& response, json::value const& value, unsigned status) {
  response.status = status;
  response.content_type = "application/json";
  response.body = json_text(value);
  response.body += '\n';
}

namespace {

void reply_html(Response& response, std::string_view body) {
  response.content_type = "text/html; charset=utf-8";
  response.fields += "Content-Security-Policy: default-src 'none'\r\n";
  response.body = body;
}

/// By number where the argument is one, else by name.
template <class Item>
Item const* find(std::vector<Item> const& items, std::string const& argument) {
  auto const matches = [&](Item const& item) {
    return std::to_string(item.number) == argument || item.name == argument;
  };
  auto const by_number = std::find_if(items.begin(), items.end(), [&](Item const& item) {
    return std::to_string(item.number) == argument;
  });
  auto const found =
      by_number != items.end() ? by_number : std::find_if(items.begin(), items.end(), matches);
  return found == items.end() ? nullptr : &*found;
}

template <class Item>
Item const* find_or_fail(std::vector<Item> const& items, std::string const& argument,
                         std::string const& what, Response& response) {
  auto const* found = find(items, argument);
  if (found) return found;
  std::string known;
  for (auto const& item : items)
    known += (known.empty() ? "" : ", ") + std::to_string(item.number) +
             (item.name == std::to_string(item.number) ? "" : " (" + item.name + ")");
  make_problem(response, 404,
               "there is no " + what + " " + snapcron::quoted(argument) +
                   (known.empty() ? "; none is configured" : "; configured: " + known));
  return nullptr;
}

/// The media types of an Accept field; q=0 and the like are not worth a parser here.
bool wants_jpeg(std::string_view accept) {
  return accept.substr(0, accept.find_first_of(",; ")) == "image/jpeg";
}

constexpr unsigned most_following = 16;

std::string header_value(std::string_view text) {
  std::string value;
  for (char const c : text.substr(0, 500)) value += c >= 0x20 && c < 0x7f ? c : '?';
  return value;
}

}  // namespace

void Api::index(Call const& call, Response& response) {
  if (accepts_html(call.request)) return serve_document("index.html", call.request, response);
  reply_html(response,
             "<!doctype html>\n<title>snapcron</title>\n<h1>snapcron</h1>\n<ul>\n"
             "<li><a href=\"/io/\">/io/</a> inputs and relay, as text\n"
             "<li><a href=\"/api/v1/status\">/api/v1/status</a> everything, as JSON\n"
             "<li><a href=\"/metrics\">/metrics</a> for Prometheus\n"
             "<li><a href=\"/healthz\">/healthz</a>\n</ul>\n");
  response.fields += "Vary: Accept\r\n";
}

void Api::io_index(Call const&, Response& response) {
  // The two that switch are no links: nothing that follows links may switch a relay.
  reply_html(response,
             "<!doctype html>\n<title>/io/</title>\n<h1>/io/</h1>\n<ul>\n"
             "<li><a href=\"/io/input.txt?peek\">input.txt</a> the inputs (each read counts; ?peek "
             "does not)\n"
             "<li>relayon.txt switches relay 1 on\n"
             "<li>relayoff.txt switches relay 1 off\n</ul>\n");
}

void Api::healthz(Call const&, Response& response) {
  response.body = "ok\n";
}

awaitable<void> Api::metrics(Call const&, Response& response) {
  auto const measures = co_await controls_.measures();
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = http::metrics(controls_.status(), measures);
}

void Api::input_txt(Call const& call, Response& response) {
  bool const reads = call.request.method == Method::get && !call.request.query_has("peek");
  input_page_.write(controls_.readings(reads), controls_.zone(), manual_, response.body);
}

void Api::relay_on_txt(Call const& call, Response& response) {
  switch_relay_1(true, call, response);
}
void Api::relay_off_txt(Call const& call, Response& response) {
  switch_relay_1(false, call, response);
}

void Api::switch_relay_1(bool on, Call const& call, Response& response) {
  RelayCommand command;
  command.kind = on ? RelayCommand::Kind::on : RelayCommand::Kind::off;
  if (call.request.method != Method::head)
    if (auto const done = controls_.switch_relay(1, command); !done)
      return fail(response, done.error());
  response.body = on ? "Relay is On\n" : "Relay is Off\n";
}

/// What a refused configuration holds is nothing for those who may only look.
Status Api::status_for(Visitor const& who) const {
  auto status = controls_.status();
  if (who == Verdict::viewer) status.config_error = without_excerpts(status.config_error);
  return status;
}

void Api::status(Call const& call, Response& response) {
  reply_json(response, status_json(status_for(call.visitor)));
}

void Api::inputs(Call const&, Response& response) {
  json::array list;
  auto const zone = controls_.zone();
  for (auto const& input : controls_.inputs()) list.push_back(status_json(input, zone));
  reply_json(response, list);
}

void Api::input(Call const& call, Response& response) {
  auto const status = controls_.status();
  if (auto const* found = find_or_fail(status.inputs, call.argument, "input", response))
    reply_json(response, status_json(*found, status.zone));
}

void Api::relays(Call const&, Response& response) {
  json::array list;
  for (auto const& relay : controls_.relays()) list.push_back(status_json(relay));
  reply_json(response, list);
}

void Api::relay(Call const& call, Response& response) {
  auto const status = controls_.status();
  if (auto const* found = find_or_fail(status.relays, call.argument, "relay", response))
    reply_json(response, status_json(*found));
}

void Api::switch_relay(Call const& call, Response& response) {
  auto const before = controls_.status();
  auto const* found = find_or_fail(before.relays, call.argument, "relay", response);
  if (!found) return;
  auto const command = parse_relay_command(call.request.body);
  if (!command) return fail(response, command.error());
  if (auto const done = controls_.switch_relay(found->number, *command); !done)
    return fail(response, done.error());
  auto const after = controls_.status();
  auto const* now = find(after.relays, std::to_string(found->number));
  reply_json(response, status_json(now ? *now : *found));
}

void Api::trigger(Call const& call, Response& response) {
  auto const reply = controls_.trigger(call.argument);
  if (!reply) return fail(response, reply.error());
  if (reply->fired) return reply_json(response, json::object{{"fired", true}});
  make_problem(response, 409, reply->detail, {{"fired", false}, {"reason", reply->reason}});
}

void Api::webhook(Call const& call, Response& response) {
  auto const fired = controls_.webhook(call.argument);
  if (!fired) return fail(response, fired.error());
  reply_json(response, json::object{{"fired", *fired}});
}

awaitable<void> Api::log(Call const& call, Response& response) {
  auto asked = parse_log_query(call.request.query);
  if (!asked) co_return fail(response, asked.error());
  bool const follows = asked->wait > Duration::zero();
  if (follows && following_ >= most_following) {
    make_problem(response, 503,
                 "too many follow the log already: try again later, or without 'wait'");
    response.fields = "Retry-After: 10\r\n";
    co_return;
  }
  std::optional<Counted> counted;
  if (follows) counted.emplace(following_);
  auto const page = co_await controls_.log(std::move(asked->query), asked->wait);
  if (!page) co_return fail(response, page.error());
  reply_json(response, log_page(*page));
}

awaitable<void> Api::drive_input(Call const& call, Response& response) {
  auto const before = controls_.status();
  auto const* found = find_or_fail(before.inputs, call.argument, "input", response);
  if (!found) co_return;
  auto const drive = parse_input_drive(call.request.body);
  if (!drive) co_return fail(response, drive.error());
  auto const done = co_await controls_.drive_input(found->number, *drive);
  if (!done) co_return fail(response, done.error());
  auto const after = controls_.status();
  auto const* now = find(after.inputs, std::to_string(found->number));
  reply_json(response, status_json(now ? *now : *found, after.zone));
}

awaitable<void> Api::snapshot(Call const& call, Response& response) {
  auto request = parse_snapshot_request(call.request.body);
  if (!request) co_return fail(response, request.error());
  request->store = !wants_jpeg(call.request.accept);
  if (!request->store && request->count > 1)
    co_return make_problem(response, 400, "one reply holds one image/jpeg: leave 'count' away");
  auto reply = co_await controls_.snapshot(std::move(*request));
  if (reply.jpeg && !reply.capture_error) {
    response.content_type = "image/jpeg";
    response.picture = std::move(reply.jpeg);
    if (reply.relay_error)
      response.fields += "X-Relay-Error: " + header_value(reply.relay_error->text) + "\r\n";
    co_return;
  }
  json::object body;
  if (reply.capture_error) {
    body["title"] = "no picture";
    body["error"] = reply.capture_error->text;
  }
  body["paths"] = json::array(reply.paths.begin(), reply.paths.end());
  auto const zone = controls_.zone();
  json::array pictures;
  for (auto const& picture : reply.pictures) pictures.push_back(picture_json(picture, zone));
  body["pictures"] = std::move(pictures);
  if (reply.relay_error) body["relay_error"] = reply.relay_error->text;
  if (!reply.capture_error) co_return reply_json(response, body, 201);
  auto const& why = *reply.capture_error;
  make_problem(response, status_of(why.fault), why.text, std::move(body));
}

awaitable<void> Api::snapshots(Call const& call, Response& response) {
  auto query = parse_picture_query(call.request.query);
  if (!query) co_return fail(response, query.error());
  auto const limit = query->limit;
  auto const found = co_await controls_.pictures(std::move(*query));
  if (!found) co_return fail(response, found.error());
  reply_json(response, picture_page(*found, limit, controls_.zone()));
}

awaitable<void> Api::deliveries(Call const& call, Response& response) {
  auto query = parse_delivery_query(call.request.query);
  if (!query) co_return fail(response, query.error());
  auto const limit = query->limit;
  auto const found = co_await controls_.deliveries(std::move(*query));
  if (!found) co_return fail(response, found.error());
  reply_json(response, delivery_page(*found, limit, controls_.zone()));
}

awaitable<void> Api::retry_deliveries(Call const& call, Response& response) {
  auto which = parse_delivery_selection(call.request.body);
  if (!which) co_return fail(response, which.error());
  auto const changed = co_await controls_.retry_deliveries(std::move(*which));
  if (!changed) co_return fail(response, changed.error());
  reply_json(response, json::object{{"changed", *changed}});
}

awaitable<void> Api::drop_deliveries(Call const& call, Response& response) {
  auto which = parse_delivery_selection(call.request.body);
  if (!which) co_return fail(response, which.error());
  auto const changed = co_await controls_.drop_deliveries(std::move(*which));
  if (!changed) co_return fail(response, changed.error());
  reply_json(response, json::object{{"changed", *changed}});
}

namespace {

/// What a new configuration says of itself, or what is wrong with it.
void reply_loaded(Response& response, Result<std::string> const& done) {
  if (!done && done.error().fault != Fault::invalid) return fail(response, done.error());
  if (!done) return make_problem(response, 422, done.error().text);
  response.content_type = "text/plain; charset=utf-8";
  response.body = *done;
  if (!response.body.ends_with('\n')) response.body += '\n';
}

}  // namespace

awaitable<void> Api::check(Call const&, Response& response) {
  reply_loaded(response, co_await controls_.check());
}

awaitable<void> Api::reload(Call const&, Response& response) {
  reply_loaded(response, co_await controls_.reload());
}

awaitable<void> Api::axis_script(Call const& call, Response& response) {
  auto const script = co_await controls_.axis_script();
  if (!script) {
    fail(response, script.error());
    co_return;
  }
  response.content_type = "text/plain; charset=utf-8";
  response.body = call.visitor == Verdict::viewer ? hide_secrets_in_lines(*script) : *script;
}

awaitable<void> Api::set_axis_script(Call const& call, Response& response) {
  auto script = parse_script(call.request.body);
  if (!script) {
    fail(response, script.error());
    co_return;
  }
  reply_loaded(response, co_await controls_.set_axis_script(std::move(*script)));
}

}  // namespace snapcron::http
