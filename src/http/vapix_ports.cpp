#include "http/vapix_ports.hpp"

#include "http/port_action.hpp"

#include <algorithm>
#include <utility>

namespace snapcron::http {
namespace {

Result<Port> find_port(Status const& status, unsigned asked) {
  for (auto& port : ports_of(status))
    if (port.asked == asked) return std::move(port);
  return Error{Fault::not_found, "there is no port " + std::to_string(asked)};
}

}  // namespace

std::vector<Port> ports_of(Status const& status) {
  std::vector<Port> ports;
  unsigned last_input = 0;
  for (auto const& input : status.inputs) {
    ports.push_back({input.number, LineChange::Line::input, input.number, input.high, input.name});
    last_input = std::max(last_input, input.number);
  }
  for (auto const& relay : status.relays)
    ports.push_back(
        {last_input + relay.number, LineChange::Line::relay, relay.number, relay.on, relay.name});
  std::ranges::sort(ports, {}, &Port::asked);
  return ports;
}

Result<std::vector<Port>> find_ports(Status const& status, std::string const& text) {
  auto const numbers = parse_ports(text);
  if (!numbers) return numbers.error();
  std::vector<Port> ports;
  for (auto const number : *numbers) {
    auto port = find_port(status, number);
    if (!port) return port.error();
    ports.push_back(std::move(*port));
  }
  return ports;
}

Result<unsigned> find_relay(Status const& status, unsigned asked) {
  for (auto const& relay : status.relays)
    if (relay.number == asked) return asked;
  auto const port = find_port(status, asked);
  if (!port) return port.error();
  if (port->line != LineChange::Line::relay)
    return Error{Fault::refused, "port " + std::to_string(asked) + " is an input"};
  return port->number;
}

}  // namespace snapcron::http
