#pragma once
// What is wrong with a video device, in words that say how to mend it.

#include "core/error.hpp"

#include <string>

namespace snapcron {

/// Of a device that cannot be opened: no such device (and which there are), no permission (and the
/// group that has it). `code` is of errno.
Error open_trouble(std::string const& device, int code);

/// Of a device that is open: vanished, held by another program (and by which), too much for its USB
/// port. `attempted` is what was asked of it: "start the stream".
Error device_trouble(std::string const& device, std::string const& attempted, int code);

/// "is held by motion (pid 812)", as far as that can be seen; `open` descriptors of it are of the
/// caller.
std::string holder_text(std::string const& device, std::size_t open);

}  // namespace snapcron
