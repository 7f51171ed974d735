#include "jpeg/overlay.hpp"

#include "core/printable.hpp"
#include "jpeg/check.hpp"
#include "jpeg/font.hpp"
#include "jpeg/string_sink.hpp"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <vector>

namespace snapcron {
namespace {

constexpr int overlay_quality = 90;
constexpr JSAMPLE ink = 255, paper = 16, no_colour = 128;

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
  void draw(unsigned y, unsigned components, std::vector<JSAMPLE>& line) const {
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

/// libjpeg is C: an error leaves it by longjmp, so nothing between setjmp and there may own
/// anything.
struct Redrawing {
  jpeg_error_mgr errors;  // first: callbacks get its address
  std::jmp_buf out;
  std::array<char, JMSG_LENGTH_MAX> message;
  jpeg_decompress_struct from;
  jpeg_compress_struct to;
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto& redrawing = *reinterpret_cast<Redrawing*>(jpeg->err);
  (*jpeg->err->format_message)(jpeg, redrawing.message.data());
  std::longjmp(redrawing.out, 1);
}

/// check_jpeg() was strict already.
void pass_over(j_common_ptr, int) {}

void begin_reading(jpeg_decompress_struct& from, std::string_view jpeg) {
  jpeg_mem_src(&from, reinterpret_cast<unsigned char const*>(jpeg.data()), jpeg.size());
  jpeg_save_markers(&from, JPEG_COM, 0xffff);
  jpeg_save_markers(&from, JPEG_APP0 + 1, 0xffff);  // Exif, which may say that it lies on its side
  jpeg_read_header(&from, TRUE);
  bool const grey = from.jpeg_color_space == JCS_GRAYSCALE;
  from.out_color_space = grey ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_start_decompress(&from);
}

void begin_writing(jpeg_compress_struct& to, jpeg_decompress_struct const& from) {
  to.image_width = from.output_width;
  to.image_height = from.output_height;
  to.input_components = from.output_components;
  to.in_color_space = from.out_color_space;
  jpeg_set_defaults(&to);
  jpeg_set_quality(&to, overlay_quality, TRUE);
  // As a camera has them: the colours at full size, halved across, or both ways.
  auto const& luma = from.comp_info[0];
  if (to.num_components == 3 && from.jpeg_color_space == JCS_YCbCr && luma.h_samp_factor <= 2 &&
      luma.v_samp_factor <= 2) {
    to.comp_info[0].h_samp_factor = luma.h_samp_factor;
    to.comp_info[0].v_samp_factor = luma.v_samp_factor;
  }
  jpeg_start_compress(&to, TRUE);
  for (auto const* marker = from.marker_list; marker != nullptr; marker = marker->next)
    jpeg_write_marker(&to, marker->marker, marker->data, marker->data_length);
}

/// False after an error.
bool redraw(Redrawing& redrawing, std::string_view jpeg, Bar const& bar, std::vector<JSAMPLE>& line,
            StringSink& sink) {
  if (setjmp(redrawing.out) != 0) return false;
  auto& [errors, out, message, from, to] = redrawing;
  jpeg_create_decompress(&from);
  jpeg_create_compress(&to);
  to.dest = &sink.manager;
  begin_reading(from, jpeg);
  begin_writing(to, from);
  auto const components = static_cast<unsigned>(from.output_components);
  line.resize(std::size_t{from.output_width} * components);
  JSAMPROW row = line.data();
  while (from.output_scanline < from.output_height) {
    auto const y = from.output_scanline;
    jpeg_read_scanlines(&from, &row, 1);
    if (y >= bar.top()) bar.draw(y, components, line);
    jpeg_write_scanlines(&to, &row, 1);
  }
  jpeg_finish_compress(&to);
  jpeg_finish_decompress(&from);
  return true;
}

}  // namespace

Result<std::string> with_overlay(std::string_view jpeg, std::string_view text) {
  auto const size = check_jpeg(jpeg);
  if (!size) return size.error();
  Bar const bar{*size, text};
  std::string result;
  std::vector<JSAMPLE> line;
  StringSink sink{result};
  Redrawing redrawing{};
  redrawing.from.err = redrawing.to.err = jpeg_std_error(&redrawing.errors);
  redrawing.errors.error_exit = leave;
  redrawing.errors.emit_message = pass_over;
  bool const drawn = redraw(redrawing, jpeg, bar, line, sink);
  jpeg_destroy_decompress(&redrawing.from);
  jpeg_destroy_compress(&redrawing.to);
  if (!drawn)
    return Error{Fault::bad_picture, "no overlay can be drawn into the picture: " +
                                         printable(redrawing.message.data())};
  return result;
}

}  // namespace snapcron
