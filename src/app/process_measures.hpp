#pragma once
// What this process takes of the machine.

#include "core/measures.hpp"

namespace snapcron {

/// From /proc/self, which never blocks; zeros where that is not there.
ProcessMeasures process_measures();

}  // namespace snapcron
