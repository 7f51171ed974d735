#pragma once

#include "core/error.hpp"

#include <string>

namespace snapcron {

/// Writes a file where a user wants it: "-" is standard output; a file appears whole or not at all,
/// replacing an older one; a device or a pipe is written into.
Result<void> write_file(std::string const& path, std::string const& bytes);

}  // namespace snapcron
