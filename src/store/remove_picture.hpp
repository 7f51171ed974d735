#pragma once
// The end of a picture that is kept no longer.

#include "core/error.hpp"

#include <filesystem>
#include <string_view>

namespace snapcron {

/// Removes storage/relative, and the folders that it leaves empty. One that is gone already is
/// removed, too. Symbolic links are never followed, and a path that leaves the folder is refused.
Result<void> remove_picture(std::filesystem::path const& storage, std::string_view relative);

}  // namespace snapcron
