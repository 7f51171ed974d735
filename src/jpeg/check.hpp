#pragma once
// Is it a whole picture? What cameras really send (cut off, a segment missing, two frames spliced,
// an HTML page) mostly ends in a good end marker; only decoding it all tells.

#include "core/error.hpp"
#include "core/picture_fit.hpp"

#include <string_view>

namespace snapcron {

/// Decodes the whole picture and takes every warning of libjpeg for an error. At most 100
/// megapixels, 64 scans and 64 MiB of working memory; up to 64 KB of zeros or white space may
/// follow the end. Blocks for about a millisecond a megapixel and more: call it off the loop. The
/// error is Fault::bad_picture, and says what the body looks like ("the body is HTML, not a JPEG:
/// 503 Busy").
Result<PictureSize> check_jpeg(std::string_view bytes);

}  // namespace snapcron
