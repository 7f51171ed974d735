#pragma once
// A stored picture, from the disk.

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace snapcron {

/// The bytes of a regular file of at most `most` bytes; a symbolic link is not followed.
/// Fault::gone when it is no more. Blocks.
Result<std::string> read_picture(std::filesystem::path const& file, std::uint64_t most);

}  // namespace snapcron
