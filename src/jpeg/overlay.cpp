#include "jpeg/overlay.hpp"

#include "jpeg/check.hpp"
#include "jpeg/font.hpp"
#include "jpeg/redraw.hpp"

#include <algorithm>
#include <vector>

namespace snapcron {
namespace {

constexpr unsigned char ink = 255, paper = 16, no_colour = 128;

/// The bar: where it begins, and which of its dots are lit.
class Bar {
 public:
  Bar(PictureSize picture, std::string_view text)
      : width_(picture.width), text_(one_byte_a_letter(text)) {
    auto const dots = static_cast<unsigned>(text_.size()) * (glyph_width + 1) + 2;
    dot_ = std::max(1U, std::min(picture.height / 200, picture.width / dots));
    auto const height = std::min(picture.height, (glyph_height + 2 * margin) * dot_);
    top_ = picture.height - height;
  }

  unsigned top() const { return top_; }

  /// A line of pixels of one component (grey) or three (YCbCr).
  void draw(unsigned y, unsigned components, std::vector<unsigned char>& line) const {
    auto const row = (y - top_) / dot_;
    for (unsigned x = 0; x < width_; ++x) {
      auto* const pixel = line.data() + std::size_t{x} * components;
      pixel[0] = lit(x / dot_, row) ? ink : paper;
      std::fill(pixel + 1, pixel + components, no_colour);
    }
  }

 private:
  static constexpr unsigned margin = 2;

  /// There are no letters but ASCII's; what is more than a byte in UTF-8 is one box.
  static std::string one_byte_a_letter(std::string_view text) {
    std::string letters;
    for (char const c : text)
      if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) letters += c;
    return letters.substr(0, longest_overlay);
  }

  bool lit(unsigned column, unsigned row) const {
    if (column < 1 || row < margin || row >= margin + glyph_height) return false;
    auto const letter = (column - 1) / (glyph_width + 1);
    auto const across = (column - 1) % (glyph_width + 1);
    if (letter >= text_.size() || across >= glyph_width) return false;
    return (glyph(text_[letter])[row - margin] >> (glyph_width - 1 - across) & 1) != 0;
  }

  unsigned width_;
  std::string text_;
  unsigned dot_ = 1, top_ = 0;
};

}  // namespace

Result<std::string> with_overlay(std::string_view jpeg, std::string_view text) {
  auto const size = check_jpeg(jpeg);
  if (!size) return size.error();
  Bar const bar{*size, text};
  Redrawing how;
  how.on_line = [&bar](unsigned y, unsigned components, std::vector<unsigned char>& line) {
    if (y >= bar.top()) bar.draw(y, components, line);
  };
  auto drawn = redraw(jpeg, how);
  if (!drawn)
    return Error{drawn.error().fault,
                 "no overlay can be drawn into the picture: " + drawn.error().text};
  return drawn;
}

}  // namespace snapcron
