// Actions of ports and lists of ports: whatever is taken is within the bounds.

#include "http/port_action.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const expect = [](bool truth) {
    if (!truth) std::abort();
  };
  if (auto const action = http::parse_port_action(text)) {
    expect(action->port >= 1 && action->port <= 999);
    expect(!action->steps.empty() && action->steps.size() <= http::most_steps);
    for (auto const& step : action->steps)
      expect(step.wait >= Duration::zero() && step.wait <= http::longest_step);
  }
  if (auto const ports = http::parse_ports(text)) expect(!ports->empty() && ports->size() <= 64);
  return 0;
}
