#pragma once
// A picture decoded and made anew, line by line: smaller, in grey, of another quality, drawn into.

#include "core/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct Redrawing {
  unsigned eighths = 8;  // of the width and height, 1 to 8: what libjpeg does while it decodes
  bool grey = false;
  int quality = 90;  // 1 to 100
  /// May change a line of pixels of one component (grey) or three (YCbCr); `y` is from above.
  std::function<void(unsigned y, unsigned components, std::vector<unsigned char>& line)> on_line{};
};

/// Its Exif data and comments stay, and as much of the colours as it had. The picture is never in
/// memory as a whole. Only for one that check_jpeg() finds good: the error is Fault::bad_picture.
/// Blocks: call it off the loop.
Result<std::string> redraw(std::string_view jpeg, Redrawing const& how);

}  // namespace snapcron
