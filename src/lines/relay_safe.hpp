#pragma once
// `snapcron relay-safe`: for systemd's ExecStopPost, after the daemon died with a relay on.

#include "core/site.hpp"
#include "ports/gpio.hpp"

#include <string>
#include <vector>

namespace snapcron {

/// Requests each relay with its on_exit as the level and releases it; a board keeps that level. One
/// result a relay, in order: what was done, in words, or why not (Fault::busy while somebody holds
/// the line).
std::vector<Result<std::string>> drive_to_on_exit(Gpio& gpio, std::vector<RelaySpec> const& relays);

}  // namespace snapcron
