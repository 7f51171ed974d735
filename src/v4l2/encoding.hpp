#pragma once
// From what a device's buffer holds to a JPEG.

#include "v4l2/formats.hpp"

#include <string>
#include <string_view>

namespace snapcron {

/// What a device sends.
struct VideoMode {
  FourCc format = 0;
  unsigned width = 0, height = 0, stride = 0;  // the last of YUYV
  bool full_range = false;                     // as of a YuyvFrame
};

/// All of a raw frame, or what begins as a JPEG: whether that is whole only decoding it tells.
bool is_frame(VideoMode const& mode, std::string_view bytes);

/// Of what is a frame. A camera's own JPEG as it came, but with its Huffman tables.
std::string jpeg_of(VideoMode const& mode, std::string_view bytes);

}  // namespace snapcron
