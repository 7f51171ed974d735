#include "http/port_action.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace snapcron::http {
namespace {

constexpr unsigned largest_port = 999;
constexpr std::size_t most_ports = 64;

/// Takes the digits that `text` begins with; nothing when there are none, or too many.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

Error invalid(std::string_view all, std::string_view rest, std::string const& why) {
  return {Fault::invalid, "the action is wrong at its character " +
                              std::to_string(all.size() - rest.size() + 1) + ": " + why};
}

}  // namespace

Result<PortAction> parse_port_action(std::string_view const text) {
  PortAction action;
  auto rest = text;
  if (auto const colon = rest.find(':'); colon != std::string_view::npos) {
    auto port = rest.substr(0, colon);
    if (!port.empty()) {
      auto const number = take_number(port);
      if (!number || !port.empty() || *number < 1 || *number > largest_port)
        return invalid(text, rest, "a port is a number from 1 to 999");
      action.port = *number;
    }
    rest.remove_prefix(colon + 1);
  }
  if (rest.empty()) return invalid(text, rest, "a level is missing: / is on, \\ is off");
  while (!rest.empty()) {
    LevelStep step;
    if (is_digit(rest.front())) {
      auto const begin = rest;
      auto const wait = take_number(rest);
      if (!wait || std::chrono::milliseconds{*wait} > longest_step)
        return invalid(text, begin, "a wait is at most an hour, 3600000 ms");
      step.wait = std::chrono::milliseconds{*wait};
    }
    if (rest.empty() || (rest.front() != '/' && rest.front() != '\\'))
      return invalid(text, rest, "expected / (on) or \\ (off), or a wait in ms before either");
    step.on = rest.front() == '/';
    rest.remove_prefix(1);
    if (action.steps.size() == most_steps)
      return invalid(text, rest, "there are more than " + std::to_string(most_steps) + " steps");
    action.steps.push_back(step);
  }
  return action;
}

Result<std::vector<unsigned>> parse_ports(std::string_view text) {
  std::vector<unsigned> ports;
  while (!text.empty()) {
    auto one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    auto const number = take_number(one);
    if (!number || !one.empty() || *number < 1 || *number > largest_port)
      return Error{Fault::invalid, "ports are numbers from 1 to 999, with commas between them"};
    if (ports.size() == most_ports) return Error{Fault::invalid, "too many ports: 64 are the most"};
    ports.push_back(*number);
  }
  if (ports.empty()) return Error{Fault::invalid, "which ports? Numbers with commas between them"};
  return ports;
}

}  // namespace snapcron::http
