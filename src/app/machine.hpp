#pragma once
// Which machine this is, and which of its starts.

#include <string>

namespace snapcron {

/// The same for good: /etc/machine-id (machine-id(5)), else the host's name.
std::string machine_id();
/// Another at every start of the kernel: /proc/sys/kernel/random/boot_id. Empty when it cannot be had.
std::string boot_id();

}  // namespace snapcron
