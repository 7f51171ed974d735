#pragma once
// A picture made to fit.

#include "core/error.hpp"
#include "core/picture_fit.hpp"
#include "jpeg/check.hpp"

#include <string>
#include <string_view>

namespace snapcron {

/// In the largest of the eighths that fit (libjpeg scales by them while it decodes; an eighth is
/// the least), never larger than it was and never out of proportion; empty when it fits as it is.
/// `size` is what check_jpeg() said of it. Blocks: call it off the loop.
Result<std::string> fit_picture(std::string_view jpeg, PictureSize size, PictureFit const& how);

}  // namespace snapcron
