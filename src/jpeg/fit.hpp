#pragma once
// A picture made to fit.

#include "core/error.hpp"
#include "core/picture_fit.hpp"

#include <string>
#include <string_view>

namespace snapcron {

/// In the largest of the eighths that fit (libjpeg scales by them while it decodes; an eighth is
/// the least), never larger than it was and never out of proportion; empty when it fits as it is.
/// Only for a picture that check_jpeg() finds good. Blocks: call it off the loop.
Result<std::string> fit_picture(std::string_view jpeg, PictureFit const& how);

}  // namespace snapcron
