#pragma once

#include "core/error.hpp"

#include <string>

namespace snapcron {

/// Writes a picture where the user of the command wants it: "-" is standard output; a file appears
/// whole or not at all, replacing an older one; a device or a pipe is written into.
Result<void> write_picture(std::string const& path, std::string const& bytes);

}  // namespace snapcron
