// The I/O pages of later camera servers, side by side with /io/*.txt: /io?relay=, input.cgi and
// output.cgi (HTTP API 1 and 2), port.cgi and virtualinput (VAPIX 3). What no manual tells is ours,
// and told in docs/http.md.

#include "core/site.hpp"
#include "http/api.hpp"
#include "http/port_action.hpp"
#include "http/query.hpp"
#include "http/vapix_ports.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace snapcron::http {
namespace {

using boost::asio::awaitable;

constexpr Duration monitor_idle = std::chrono::seconds{15};  // then an empty part
constexpr std::string_view part_begin = "Content-Type: text/plain\r\n\r\n";
constexpr std::string_view part_end = "\r\n--ioboundary\r\n";

std::string parameter(Call const& call, std::string_view key) {
  return query_value(call.request.query, key);
}

std::string numbered(std::string_view what, unsigned number, std::string_view value) {
  return std::string{what} + std::to_string(number) + '=' + std::string{value} + '\n';
}

/// How one kind of monitor says what a port does.
using Say = std::string (*)(Port const& port, char what);

std::string say_input(Port const& port, char what) {
  // Their ids begin at 0, though the query's begin at 1.
  return "IO" + std::to_string(port.asked - 1) + ':' + what + "\r\n";
}
std::string say_port(Port const& port, char what) {
  auto const kind = port.line == LineChange::Line::input ? "I:" : "O:";
  return std::to_string(port.asked) + kind + what + "\r\n";
}

std::string part(std::string const& text) {
  return std::string{part_begin} + text + std::string{part_end};
}

/// The parts for what changed, one a change.
std::string parts(std::vector<Port> const& ports, LineNews const& news, Say say) {
  std::string text;
  for (auto const& change : news.changes)
    for (auto const& port : ports)
      if (port.line == change.line && port.number == change.number)
        text += part(say(port, change.on ? '/' : '\\'));
  return text;
}

awaitable<void> monitor(Controls& controls, std::vector<Port> ports, Say say, Response head,
                        Stream& stream) {
  auto moment = controls.line_moment();
  if (!co_await stream.begin(std::move(head))) co_return;
  std::string first = "--ioboundary\r\n";
  for (auto const& port : ports) first += part(say(port, port.on ? 'H' : 'L'));
  if (!co_await stream.send(std::move(first))) co_return;
  for (;;) {
    auto const news = co_await controls.line_news(moment, monitor_idle);
    if (!news) co_return;  // too slow to be told all: it is to ask anew
    moment = news->next;
    auto text = parts(ports, *news, say);
    if (text.empty() && !news->changes.empty()) continue;
    if (text.empty()) text = part("");
    if (!co_await stream.send(std::move(text))) co_return;
  }
}

Response monitor_head(std::string_view content_type) {
  Response head;
  head.content_type = content_type;
  return head;
}

bool as_in_1_0(Call const& call) {
  return parameter(call, "relay").ends_with('/');
}

}  // namespace

/// "relay=on" in the manual of version 1.1; that of 1.0 prints the address with a slash behind it,
/// and the words of /io/relayon.txt.
void Api::io_relay_check(Call const& call, Response& response) {
  auto const status = controls_.status();
  if (status.relays.empty()) return fail(response, {Fault::not_found, "there is no relay"});
  auto const relay =
      std::ranges::find(status.relays, 1u, [](auto const& one) { return one.number; });
  bool const on = (relay == status.relays.end() ? status.relays.front() : *relay).on;
  if (as_in_1_0(call))
    response.body = on ? "Relay is On\n" : "Relay is Off\n";
  else
    response.body = on ? "relay=on\n" : "relay=off\n";
}

void Api::io_relay_switch(Call const& call, Response& response) {
  bool const on = parameter(call, "relay").starts_with("on");
  switch_relay_1(on, call, response);
  if (response.status == 200 && !as_in_1_0(call))
    response.body = on ? "Relay is on\n" : "Relay is off\n";
}

void Api::io_input_check(Call const&, Response& response) {
  for (auto const& input : controls_.status().inputs)
    response.body +=
        "Input" + std::to_string(input.number) + (input.high ? " is on\n" : " is off\n");
}

void Api::input_cgi_check(Call const& call, Response& response) {
  auto const ports = find_ports(controls_.status(), parameter(call, "check"));
  if (!ports) return fail(response, ports.error());
  for (auto const& port : *ports)
    response.body += numbered("input", port.asked, port.on ? "1" : "0");
}

awaitable<void> Api::input_cgi_monitor(Call const& call, Response& response, Stream& stream) {
  auto ports = find_ports(controls_.status(), parameter(call, "monitor"));
  if (!ports) {
    fail(response, ports.error());
    co_return;
  }
  response = monitor_head("multipart/x-mixed-replace;boundary=ioboundary");
  co_await monitor(controls_, std::move(*ports), say_input, response, stream);
}

void Api::output_cgi_action(Call const& call, Response& response) {
  auto action = parse_port_action(parameter(call, "action"));
  if (!action) return fail(response, action.error());
  auto const relay = find_relay(controls_.status(), action->port);
  if (!relay) return fail(response, relay.error());
  if (call.request.method == Method::head) return;  // it switches nothing
  if (auto const done = controls_.step_relay(*relay, std::move(action->steps)); !done)
    fail(response, done.error());
}

void Api::port_cgi_check(Call const& call, Response& response) {
  enum class Tell { level, activity, direction };
  Tell tell = Tell::level;
  std::string asked = parameter(call, "check");
  if (asked.empty() && !(asked = parameter(call, "checkactive")).empty()) tell = Tell::activity;
  if (asked.empty() && !(asked = parameter(call, "checkdirection")).empty()) tell = Tell::direction;
  auto const ports = find_ports(controls_.status(), asked);
  if (!ports) return fail(response, ports.error());
  for (auto const& port : *ports) {
    bool const is_input = port.line == LineChange::Line::input;
    response.body += numbered("port", port.asked,
                              tell == Tell::level      ? (port.on ? "1" : "0")
                              : tell == Tell::activity ? (port.on ? "active" : "inactive")
                                                       : (is_input ? "input" : "output"));
  }
}

awaitable<void> Api::port_cgi_monitor(Call const& call, Response& response, Stream& stream) {
  auto ports = find_ports(controls_.status(), parameter(call, "monitor"));
  if (!ports) {
    fail(response, ports.error());
    co_return;
  }
  response = monitor_head("multipart/x-mixed-replace; boundary=ioboundary");
  co_await monitor(controls_, std::move(*ports), say_port, response, stream);
}

void Api::virtual_input_action(Call const& call, Response& response) {
  auto action = parse_port_action(parameter(call, "action"));
  if (!action) return fail(response, action.error());
  if (call.request.method == Method::head) return;
  if (auto const done = controls_.step_input(action->port, std::move(action->steps)); !done)
    fail(response, done.error());
}

// ---- virtualinput/activate.cgi and deactivate.cgi ----

namespace {

constexpr std::int64_t longest_active = 3600;  // seconds

struct Activation {
  unsigned port = 0;
  std::optional<Duration> duration{};
};

/// Their numbers for what is wrong.
struct Wrong {
  int code;
  std::string text;
};

std::variant<Activation, Wrong> parse_activation(Call const& call) {
  if (!call.request.query_has("schemaversion") || !call.request.query_has("port"))
    return Wrong{10, "schemaversion and port must be there"};
  if (parameter(call, "schemaversion") != "1") return Wrong{30, "the schema version must be 1"};
  Activation activation;
  auto const port = query_number("port", parameter(call, "port"), 1, most_lines);
  if (!port) return Wrong{20, "there is no such virtual input"};
  activation.port = static_cast<unsigned>(*port);
  if (call.request.query_has("duration")) {
    auto const seconds = query_number("duration", parameter(call, "duration"), 1, longest_active);
    if (!seconds) return Wrong{50, seconds.error().text};
    activation.duration = std::chrono::seconds{*seconds};
  }
  return activation;
}

void reply_xml(Response& response, std::string const& content) {
  response.content_type = "text/xml";
  response.body =
      "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<VirtualInputResponse "
      "SchemaVersion=\"1.0\">\n" +
      content + "</VirtualInputResponse>\n";
}

void reply_wrong(Response& response, Wrong const& wrong) {
  reply_xml(response, "  <GeneralError>\n    <ErrorCode>" + std::to_string(wrong.code) +
                          "</ErrorCode>\n    <ErrorDescription>" + wrong.text +
                          "</ErrorDescription>\n  </GeneralError>\n");
}

}  // namespace

void Api::set_virtual_input(bool on, Call const& call, Response& response) {
  auto const asked = parse_activation(call);
  if (auto const* wrong = std::get_if<Wrong>(&asked)) return reply_wrong(response, *wrong);
  auto const& activation = std::get<Activation>(asked);
  auto const status = controls_.status();
  auto const input =
      std::ranges::find(status.inputs, activation.port, [](auto const& one) { return one.number; });
  bool const before = input != status.inputs.end() && input->high;
  std::vector<LevelStep> steps{{.wait = {}, .on = on}};
  if (on && activation.duration) steps.push_back({.wait = *activation.duration, .on = false});
  if (call.request.method != Method::head &&
      !controls_.step_input(activation.port, std::move(steps)))
    return reply_wrong(response, {20, "there is no such virtual input"});
  reply_xml(response, std::string{"  <Success>\n    <StateChanged>"} +
                          (before != on ? "true" : "false") + "</StateChanged>\n  </Success>\n");
}

void Api::virtual_input_activate(Call const& call, Response& response) {
  set_virtual_input(true, call, response);
}
void Api::virtual_input_deactivate(Call const& call, Response& response) {
  set_virtual_input(false, call, response);
}

}  // namespace snapcron::http
