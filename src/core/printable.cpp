#include "core/printable.hpp"

#include <cstdint>

namespace snapcron {
namespace {

/// The length of the UTF-8 character at the beginning of `text`, 0 when there is none.
std::size_t utf8_length(std::string_view text, std::uint32_t& code) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const lead = byte(0);
  std::size_t const length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  if (length == 1) {
    code = lead;
    return 1;
  }
  code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  bool const overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  bool const surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

/// Would act on a terminal or break a line, instead of being seen.
bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

template <class Visit>
void for_each_character(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::uint32_t code = 0;
    auto const length = utf8_length(text, code);
    if (length == 0 || is_control(code))
      visit(std::string_view{"?"});
    else
      visit(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_character(text, [&](std::string_view character) { result += character; });
  return result;
}

std::vector<std::string> printable_characters(std::string_view text) {
  std::vector<std::string> result;
  for_each_character(text, [&](std::string_view character) { result.emplace_back(character); });
  return result;
}

std::string to_latin_1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    std::uint32_t code = 0;
    auto const length = utf8_length(text, code);
    constexpr std::uint32_t sign_for_nul = 0x2400;
    if (code == sign_for_nul)
      bytes += '\0';
    else
      bytes += length == 0 || code > 0xff ? '?' : static_cast<char>(code);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return bytes;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 60;
  auto const characters = printable_characters(text.substr(0, 4 * most + 4));
  std::string result{"'"};
  for (std::size_t i = 0; i < characters.size() && i < most; ++i) result += characters[i];
  if (characters.size() > most) result += "...";
  return result + "'";
}

}  // namespace snapcron
