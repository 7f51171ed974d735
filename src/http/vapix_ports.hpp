#pragma once
// The ports of a unit, as VAPIX counts them: the inputs by their numbers, and the relays behind the
// last of them.

#include "core/error.hpp"
#include "core/line_change.hpp"
#include "core/status.hpp"

#include <string>
#include <vector>

namespace snapcron::http {

struct Port {
  unsigned asked = 0;  // its number among all ports, from 1
  LineChange::Line line = LineChange::Line::input;
  unsigned number = 0;  // of the input, or of the relay
  bool on = false;
  std::string name;
};

/// In the order of their numbers.
std::vector<Port> ports_of(Status const& status);

/// Of "1,2,5"; Fault::not_found when one of them is not there.
Result<std::vector<Port>> find_ports(Status const& status, std::string const& text);

/// The relay of an action: by its own number, or by that among all ports.
Result<unsigned> find_relay(Status const& status, unsigned asked);

}  // namespace snapcron::http
