#pragma once
// What a camera sent when it did not send a picture, in words.

#include <string>
#include <string_view>

namespace snapcron {

/// "HTML, not a JPEG: 503 Busy"; one line, printable, bounded. `body` does not begin like a JPEG.
std::string describe_body(std::string_view body);

}  // namespace snapcron
