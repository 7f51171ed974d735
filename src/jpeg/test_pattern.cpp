#include "jpeg/test_pattern.hpp"

#include "jpeg/font.hpp"
#include "jpeg/string_sink.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace snapcron {
namespace {

struct Colour {
  std::uint8_t red, green, blue;
};

constexpr std::array<Colour, 8> bars = {{{235, 235, 235},
                                         {230, 220, 30},
                                         {30, 210, 220},
                                         {40, 200, 50},
                                         {210, 50, 200},
                                         {210, 40, 40},
                                         {40, 60, 210},
                                         {20, 20, 20}}};
constexpr Colour black{0, 0, 0}, white{255, 255, 255};

/// One line of the picture at a time: it is never in memory as a whole.
class Canvas {
 public:
  Canvas(unsigned width, unsigned height, std::string_view camera, std::string_view time_text,
         std::uint64_t number)
      : width_(width),
        height_(height),
        number_text_("#" + std::to_string(number)),
        line_(width * 3) {
    // The longest text fills most of the width; at least one dot a dot.
    texts_ = {camera, time_text, number_text_};
    std::size_t longest = 1;
    for (auto const& text : texts_) longest = std::max(longest, text.size());
    auto const by_width = static_cast<unsigned>(width * 9 / 10 / (longest * (glyph_width + 1)));
    dot_ = std::max(1u, std::min(by_width, height / (4 * line_height)));
    auto const block = std::max(4u, width / 16);
    auto const steps = std::max(1u, (width - std::min(width, block)) / 4 + 1);
    block_left_ = static_cast<unsigned>(number * 3 % steps) * 4;
    block_right_ = std::min(width, block_left_ + block);
    for (unsigned x = 0; x < width; ++x) put(bars_, x, bars[x * bars.size() / width]);
  }

  std::uint8_t* draw(unsigned y) {
    line_ = bars_;
    draw_block(y);
    auto const text_top = height_ / 8;
    if (y >= text_top) {
      auto const row = (y - text_top) / dot_;
      if (row / line_height < texts_.size())
        draw_text(texts_[row / line_height], static_cast<unsigned>(row % line_height));
    }
    return line_.data();
  }

 private:
  static constexpr unsigned line_height = glyph_height + 3;
  using Line = std::vector<std::uint8_t>;

  void put(Line& line, unsigned x, Colour colour) const {
    if (line.empty()) line.resize(width_ * 3);
    line[x * 3] = colour.red;
    line[x * 3 + 1] = colour.green;
    line[x * 3 + 2] = colour.blue;
  }

  /// The lowest eighth: a white block on black.
  void draw_block(unsigned y) {
    if (y < height_ - height_ / 8) return;
    for (unsigned x = 0; x < width_; ++x)
      put(line_, x, x >= block_left_ && x < block_right_ ? white : black);
  }

  /// White on black, one dot above and below.
  void draw_text(std::string_view text, unsigned row) {
    auto const left = width_ / 20;
    auto const right =
        std::min<std::size_t>(width_, left + (text.size() * (glyph_width + 1) + 1) * dot_);
    for (auto x = left; x < right; ++x) {
      auto const column = (x - left) / dot_;
      bool lit = false;
      if (column > 0 && row > 0 && row <= glyph_height) {
        auto const index = (column - 1) / (glyph_width + 1);
        auto const bit = (column - 1) % (glyph_width + 1);
        if (index < text.size() && bit < glyph_width)
          lit = (glyph(text[index])[row - 1] >> (glyph_width - 1 - bit)) & 1;
      }
      put(line_, x, lit ? white : black);
    }
  }

  unsigned width_, height_;
  std::string number_text_;
  std::array<std::string_view, 3> texts_;
  unsigned dot_ = 1;
  unsigned block_left_ = 0, block_right_ = 0;
  Line bars_, line_;
};

}  // namespace

std::string test_pattern(unsigned width, unsigned height, std::string_view camera,
                         std::string_view time_text, std::uint64_t number) {
  width = std::clamp(width, 16u, 8192u);
  height = std::clamp(height, 16u, 8192u);
  Canvas canvas{width, height, camera, time_text, number};
  std::string bytes;

  // The only errors left are wrong parameters and an empty heap: libjpeg's own handler, which ends
  // the program, is right for both.
  jpeg_error_mgr errors;
  jpeg_compress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  StringSink sink{bytes};
  jpeg.dest = &sink.manager;
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 85, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = canvas.draw(jpeg.next_scanline);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return bytes;
}

}  // namespace snapcron
