#include "lines/relay_safe.hpp"

namespace snapcron {

std::vector<Result<std::string>> drive_to_on_exit(Gpio& gpio,
                                                  std::vector<RelaySpec> const& relays) {
  std::vector<Result<std::string>> results;
  for (auto const& relay : relays) {
    auto const line = gpio.request_output(relay, relay.on_exit);
    if (line)
      results.emplace_back("relay " + relay.name + " is " + (relay.on_exit ? "on" : "off") + ": " +
                           (*line)->describe());
    else
      results.emplace_back(line.error());
  }
  return results;
}

}  // namespace snapcron
