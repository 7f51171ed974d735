#pragma once
// The service manager's readiness protocol, sd_notify(3): a datagram to $NOTIFY_SOCKET.

#include "core/time.hpp"

#include <optional>
#include <string_view>

namespace snapcron {

/// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; does nothing without a service manager,
/// never blocks.
void notify_service_manager(std::string_view state);

/// How often the watchdog must hear from us ($WATCHDOG_USEC, for this process), if at all.
std::optional<Duration> watchdog_period();

}  // namespace snapcron
