#pragma once
// Whether the system's clock is set by a time server. A box without a battery clock starts with the
// time of its last shutdown, or in 1970.

namespace snapcron {

/// As the kernel says (adjtimex(2), STA_UNSYNC), or systemd-timesyncd by its file
/// /run/systemd/timesync/synchronized; a process that may not ask the kernel goes by the file
/// alone. Never blocks.
bool clock_is_synchronised();

}  // namespace snapcron
