#include "core/hexadecimal.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace snapcron {

std::string hexadecimal(std::span<unsigned char const> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) (text += digits[byte >> 4]) += digits[byte & 15];
  return text;
}

bool from_hexadecimal(std::string_view text, std::span<unsigned char> bytes) {
  if (text.size() != 2 * bytes.size()) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto const* const pair = text.data() + 2 * i;
    auto const [end, bad] = std::from_chars(pair, pair + 2, bytes[i], 16);
    if (bad != std::errc{} || end != pair + 2) return false;
  }
  return true;
}

}  // namespace snapcron
