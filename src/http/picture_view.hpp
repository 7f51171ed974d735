#pragma once
// How a picture is wanted.

#include "core/error.hpp"
#include "core/picture_fit.hpp"

#include <string>
#include <string_view>

namespace snapcron::http {

/// "320x240" into the fit's width and height; `key` is the parameter's name, for the error.
Result<void> parse_size(std::string_view key, std::string const& value, PictureFit& fit);

struct PictureView {
  PictureFit fit{};
  bool download = false;  // to be kept, not shown
};

/// fit=WxH; and, for what has a file name, download.
Result<PictureView> parse_picture_view(std::string_view query, bool has_name);

/// "attachment; filename=..." (RFC 6266), for any name.
std::string attachment(std::string_view file_name);

}  // namespace snapcron::http
