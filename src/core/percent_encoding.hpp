#pragma once
// RFC 3986's percent-encoding.

#include <string>
#include <string_view>

namespace snapcron {

/// Everything but letters, digits, '-', '.', '_', '~' and what `also` holds as %XX.
std::string percent_encode(std::string_view text, std::string_view also = {});

}  // namespace snapcron
