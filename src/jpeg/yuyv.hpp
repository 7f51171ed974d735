#pragma once
// Raw frames of video devices, as JPEGs.

#include <string>
#include <string_view>

namespace snapcron {

/// A frame of YUYV (YUY2): lines of `stride` bytes, each of two pixels in four: Y, Cb, Y, Cr.
struct YuyvFrame {
  std::string_view bytes;
  unsigned width = 0, height = 0, stride = 0;
  bool full_range = false;  // black is 0 and not 16, white 255 and not 235
  /// The bytes hold all of it, and it is no larger than a JPEG may be.
  bool whole() const;
};

/// Empty when the frame is not whole. Nothing is lost but to the quality: a JPEG may hold colours
/// for every two pixels of a line, too. What matrix the colours were made by is not looked at:
/// HDTV's instead of BT.601's shifts greens a little.
std::string jpeg_of(YuyvFrame const& frame, int quality = 90);

}  // namespace snapcron
