#pragma once
// The picture of a camera that needs no hardware.

#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron {

/// A JPEG of colour bars, with the camera's name, the time and the picture's number drawn into it
/// and a block that moves with the number. Width and height are limited to 16-8192. The same
/// arguments give the same bytes.
std::string test_pattern(unsigned width, unsigned height, std::string_view camera,
                         std::string_view time_text, std::uint64_t number);

}  // namespace snapcron
