#include "jpeg/comment.hpp"

namespace snapcron {
namespace {

constexpr std::size_t most_text = 60'000;  // a segment holds 65533 bytes

unsigned byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// Where the APPn segments at the beginning end: JFIF and Exif must come first.
std::size_t end_of_application_data(std::string_view jpeg) {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && byte(jpeg, at) == 0xff && (byte(jpeg, at + 1) & 0xf0U) == 0xe0) {
    std::size_t const length = byte(jpeg, at + 2) << 8U | byte(jpeg, at + 3);
    if (length < 2 || at + 2 + length > jpeg.size()) break;
    at += 2 + length;
  }
  return at;
}

}  // namespace

std::string with_comment(std::string_view jpeg, std::string_view text) {
  if (!jpeg.starts_with("\xff\xd8")) return std::string{jpeg};
  text = text.substr(0, most_text);
  auto const at = end_of_application_data(jpeg);
  auto const length = text.size() + 2;
  std::string result;
  result.reserve(jpeg.size() + text.size() + 4);
  result.append(jpeg.substr(0, at)).append("\xff\xfe");
  result += static_cast<char>(length >> 8U);
  result += static_cast<char>(length & 0xffU);
  return result.append(text).append(jpeg.substr(at));
}

std::optional<JpegComment> first_comment(std::string_view head) {
  if (!head.starts_with("\xff\xd8")) return std::nullopt;
  auto const at = end_of_application_data(head);
  if (at + 4 > head.size() || head.substr(at, 2) != "\xff\xfe") return std::nullopt;
  std::size_t const length = byte(head, at + 2) << 8U | byte(head, at + 3);
  if (length < 2 || at + 2 + length > head.size()) return std::nullopt;
  return JpegComment{at, length + 2, head.substr(at + 4, length - 2)};
}

}  // namespace snapcron
