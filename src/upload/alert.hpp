#pragma once
// A text to a TCP port, and nothing more: the alert of the old camera servers.

#include "core/error.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron {

/// Connects, sends, closes, and waits (a moment) for the other side to close, too, so that nothing
/// is cut off. Blocks for `timeout` at most, in all. `host` without brackets.
Result<void> send_alert(std::string const& host, std::uint16_t port, std::string_view text,
                        Duration timeout);

}  // namespace snapcron
