#pragma once
// Bytes as text, two digits each.

#include <span>
#include <string>
#include <string_view>

namespace snapcron {

/// In small letters.
std::string hexadecimal(std::span<unsigned char const> bytes);

/// False unless `text` is exactly so many bytes; they are of no use then.
bool from_hexadecimal(std::string_view text, std::span<unsigned char> bytes);

}  // namespace snapcron
