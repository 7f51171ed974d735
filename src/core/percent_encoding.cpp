#include "core/percent_encoding.hpp"

#include "core/ascii.hpp"

namespace snapcron {

std::string percent_encode(std::string_view text, std::string_view also) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (char const c : text) {
    if (is_path_word({&c, 1}) || c == '~' || also.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

}  // namespace snapcron
