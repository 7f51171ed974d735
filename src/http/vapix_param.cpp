// param.cgi as far as it tells of ports: how many there are, which way each goes, its name. A port
// is what the configuration says, so nothing can be set here.

#include "core/printable.hpp"
#include "http/api.hpp"
#include "http/query.hpp"
#include "http/vapix_ports.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace snapcron::http {
namespace {

constexpr std::string_view root_of_all = "root.";

std::string parameter_lines(Port const& port) {
  // Their parameters are numbered from 0, though the ports themselves from 1.
  std::string const of_port = "root.IOPort.I" + std::to_string(port.asked - 1) + '.';
  bool const is_input = port.line == LineChange::Line::input;
  std::string const way = is_input ? "Input." : "Output.";
  auto const line = [&](std::string const& name, std::string const& value) {
    return of_port + name + '=' + value + '\n';
  };
  return line("Configurable", "no") + line("Direction", is_input ? "input" : "output") +
         line(way + "Name", port.name) +
         (is_input ? line("Input.Trig", "closed")
                   : line("Output.Active", "closed") + line("Output.Mode", "bistable"));
}

std::string all_parameters(Status const& status) {
  std::string text = "root.Input.NbrOfInputs=" + std::to_string(status.inputs.size()) + '\n';
  for (auto const& port : ports_of(status)) text += parameter_lines(port);
  return text + "root.Output.NbrOfOutputs=" + std::to_string(status.relays.size()) +
         "\nroot.Properties.API.HTTP.Version=3\n";
}

/// "root.IOPort", "IOPort.I0" or a whole name; "root" is all.
bool is_of(std::string_view line, std::string_view group) {
  auto const name = line.substr(0, line.find('='));
  if (name == group || (name.starts_with(group) && name[group.size()] == '.')) return true;
  return line.starts_with(root_of_all) && is_of(line.substr(root_of_all.size()), group);
}

std::string lines_of(std::string_view all, std::string_view group) {
  std::string text;
  while (!all.empty()) {
    auto const line = all.substr(0, all.find('\n') + 1);
    all.remove_prefix(line.size());
    if (group.empty() || is_of(line, group)) text += line;
  }
  return text;
}

}  // namespace

void Api::param_cgi(Call const& call, Response& response) {
  if (query_value(call.request.query, "action") != "list")
    return fail(response, {Fault::invalid,
                           "only action=list is known here: what a port is, the configuration "
                           "file says"});
  auto const all = all_parameters(controls_.status());
  auto const groups = query_value(call.request.query, "group");
  std::string_view rest = groups;
  do {
    auto const group = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), group.size() + 1));
    auto const lines = lines_of(all, group);
    // Their words, which clients know; as there, it is no error of HTTP.
    response.body += lines.empty() ? "# Error: Error -1 getting param in group " +
                                         snapcron::quoted(std::string{group}) + '\n'
                                   : lines;
  } while (!rest.empty());
}

}  // namespace snapcron::http
