#pragma once
// The service manager's two protocols: sd_notify(3), a datagram to $NOTIFY_SOCKET, and
// sd_listen_fds(3), sockets that it opened before us ($LISTEN_FDS).

#include "core/time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace snapcron {

/// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; does nothing without a service manager,
/// never blocks. With "FDSTORE=1" a copy of `descriptor` goes along.
void notify_service_manager(std::string_view state, std::optional<int> descriptor = std::nullopt);

/// How often the watchdog must hear from us ($WATCHDOG_USEC, for this process), if at all.
std::optional<Duration> watchdog_period();

/// The sockets that `snapcron open-port` or systemd.socket(5) opened for us; the caller owns them.
/// Programs we start get neither them nor their variables. To be called once, while there is one
/// thread.
std::vector<int> take_handed_over_sockets();

}  // namespace snapcron
