#pragma once
// What a client of a camera server asks of a picture: /fullsize.jpg and its kin of the AXIS 200+
// and 240, image.cgi and video.cgi of VAPIX 3.

#include "core/error.hpp"
#include "core/time.hpp"
#include "ports/controls.hpp"

#include <string_view>

namespace snapcron::http {

struct ImageQuery {
  LookRequest look;
  Duration period = std::chrono::milliseconds{200};  // of a stream: between two pictures
};

/// The parameters `camera`, `resolution` (WxH), `compression` (0 to 100, or low, medium, high),
/// `color` (normal, none), `imagetype` and `fps`. Others, such as clock and axislogo, are passed
/// over: old pages send them, and want the picture.
Result<ImageQuery> parse_image_query(std::string_view path, std::string_view query);

}  // namespace snapcron::http
