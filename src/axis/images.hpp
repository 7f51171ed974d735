#pragma once
// The images that a command may name.

#include "axis/options.hpp"

#include <optional>
#include <string>

namespace snapcron {

struct AxisSource {
  enum class What { image, last_shot, buffer };
  What what = What::image;
  unsigned image = 2;  // as buffer_init counts them: 1 halfsize, 2 fullsize, 3 hugesize
};

/// halfsize.jpg, fullsize.jpg, hugesize.jpg, zoom.jpg or lastshot.jpg, perhaps with a '/' before
/// it, or buffer.jpg?imagetype=IMAGE; nothing with the error told.
std::optional<AxisSource> axis_source(AxisWord const& word, AxisMistakes const& mistakes);
/// "fullsize"
std::string axis_image_name(unsigned image);

}  // namespace snapcron
