#pragma once
// Which files an `include` means.

#include "config/files.hpp"

#include <filesystem>
#include <vector>

namespace snapcron {

/// The files of the entry's patterns in their order, the matches of one pattern sorted, each file
/// once. What is wrong is told at the pattern: a file that does not exist, that is the
/// configuration itself, or that lies outside the configuration's folder, be it by "..", an
/// absolute path or a symbolic link.
std::vector<std::filesystem::path> included_files(Files const& files, Context const& context,
                                                  YamlEntry const& entry,
                                                  std::filesystem::path const& main);

}  // namespace snapcron
