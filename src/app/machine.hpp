#pragma once
// Which machine this is, and which of its starts.

#include <string>

namespace snapcron {

/// The same for good: /etc/machine-id (machine-id(5)), else the host's name.
std::string machine_id();
/// Another at every start of the machine: /proc/sys/kernel/random/boot_id, or where that is hidden
/// (ProcSubset=pid in the unit) the birth of /run, which is made anew then. Empty when neither can
/// be had.
std::string boot_id();

}  // namespace snapcron
