#pragma once
// The actions of VAPIX: "1:/300\\500/" switches port 1 on, after 300 ms off, after 500 ms on (VAPIX
// HTTP API, input and output ports). The port may be left out and is 1 then.

#include "core/error.hpp"
#include "core/line_change.hpp"

#include <string_view>
#include <vector>

namespace snapcron::http {

struct PortAction {
  unsigned port = 1;
  std::vector<LevelStep> steps;  // one at least
  friend bool operator==(PortAction const&, PortAction const&) = default;
};

inline constexpr std::size_t most_steps = 256;
inline constexpr Duration longest_step = std::chrono::hours{1};

/// `text` is decoded already. Fault::invalid names the place.
Result<PortAction> parse_port_action(std::string_view text);

/// "1,2,4": numbers from 1 to 999, at most 64 of them.
Result<std::vector<unsigned>> parse_ports(std::string_view text);

}  // namespace snapcron::http
