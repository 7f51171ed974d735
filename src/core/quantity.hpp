#pragma once
// Durations ("500ms", "2s", "1m30s", "1h", "30d") and sizes ("500KB", "2GB", "16MiB") as users
// write them. A bare number is an error in both.

#include "core/error.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron {

/// Units d h m s ms, largest first, each once, whole numbers ("1m30s"); at most 3650d. Zero needs a
/// unit too.
Result<Duration> parse_duration(std::string_view text);
/// Shortest form that parses to the same: "1m30s", "500ms", "0s".
std::string to_text(Duration duration);

/// B, KB, MB, GB, TB (powers of 1000) and KiB, MiB, GiB, TiB (powers of 1024).
Result<std::uint64_t> parse_size(std::string_view text);
/// For people, rounded: "512 B", "1.3 GB".
std::string size_text(std::uint64_t bytes);

}  // namespace snapcron
