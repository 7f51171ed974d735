#pragma once
// What a video device offers, and what of it we take.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace snapcron {

/// A pixel format as V4L2 has it: four letters, the first in the lowest byte.
using FourCc = std::uint32_t;

constexpr FourCc four_cc(char const (&letters)[5]) {
  FourCc code = 0;
  for (unsigned i = 0; i < 4; ++i)
    code |= static_cast<FourCc>(static_cast<unsigned char>(letters[i])) << (8 * i);
  return code;
}

constexpr FourCc mjpg = four_cc("MJPG"), jpeg_format = four_cc("JPEG"), yuyv = four_cc("YUYV");

/// The camera's own JPEGs if it has any, else YUYV, which we make JPEGs of.
std::optional<FourCc> choose_format(std::span<FourCc const> offered);

/// "H264"; what cannot be printed is '?'.
std::string to_text(FourCc format);

/// "camera offers H264 and NV12, and none of MJPG, JPEG and YUYV".
std::string no_format_text(std::span<FourCc const> offered);

}  // namespace snapcron
