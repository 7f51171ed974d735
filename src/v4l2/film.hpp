#pragma once
// The work of a device's thread: opens it and hands over its frames until it breaks.

#include "core/error.hpp"
#include "core/site.hpp"
#include "v4l2/handover.hpp"

#include <cstdint>

namespace snapcron {

struct FilmSpec {
  V4l2Camera camera;
  Duration timeout{};        // to the first whole frame, and from one to the next
  Duration stall_timeout{};  // without any buffer filled, once frames came
  std::uint64_t max_bytes = 0;
  unsigned settling = 0;  // frames that are passed over first
  unsigned fps = 0;       // so many are made JPEGs of; 0: all
};

/// Until it breaks, which is the error, or is to stop. The device is closed when it returns. The
/// error text begins with the device's path.
Result<void> film(FilmSpec const& spec, Handover& handover);

}  // namespace snapcron
