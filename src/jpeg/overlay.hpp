#pragma once
// A line of text in the picture itself.

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace snapcron {

constexpr std::size_t longest_overlay = 100;

/// The picture with a dark bar along its lower edge, and the text in white on it: as large as the
/// picture lets it be read, smaller if it would not fit, cut off as a last resort. It is decoded
/// and made anew, of quality 90, with as much of the colours as it had; its Exif data and comments
/// stay. Line by line: the picture is never in memory as a whole. The errors are check_jpeg()'s.
/// Blocks: call it off the loop.
Result<std::string> with_overlay(std::string_view jpeg, std::string_view text);

}  // namespace snapcron
