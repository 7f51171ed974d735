#include "jpeg/yuyv.hpp"

#include "jpeg/string_sink.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace snapcron {
namespace {

constexpr unsigned most_edge = 16'384;

using Levels = std::array<JSAMPLE, 256>;

/// JPEG's levels: `span` steps are stretched to 255, so that `from` becomes `to`.
Levels levels(bool full_range, int span, int from, int to) {
  Levels result{};
  for (int in = 0; in < 256; ++in) {
    auto const out = full_range ? in : std::lround((in - from) * 255.0 / span) + to;
    result[static_cast<std::size_t>(in)] = static_cast<JSAMPLE>(std::clamp<long>(out, 0, 255));
  }
  return result;
}

/// Eight lines of the three components as libjpeg wants them: each padded to whole blocks.
class Planes {
 public:
  explicit Planes(YuyvFrame const& frame)
      : frame_(frame),
        luma_(levels(frame.full_range, 219, 16, 0)),
        chroma_(levels(frame.full_range, 224, 128, 128)),
        padded_((frame.width + 15) / 16 * 16) {
    for (auto& plane : planes_) plane.resize(std::size_t{padded_} * DCTSIZE);
    for (std::size_t part = 0; part < planes_.size(); ++part)
      for (std::size_t row = 0; row < DCTSIZE; ++row)
        rows_[part][row] = planes_[part].data() + row * padded_;
  }

  /// Below the picture its last line is repeated.
  void read(unsigned first_line) {
    for (unsigned row = 0; row < DCTSIZE; ++row)
      split(std::min(first_line + row, frame_.height - 1), row);
  }
  JSAMPIMAGE image() {
    for (std::size_t part = 0; part < planes_.size(); ++part) image_[part] = rows_[part].data();
    return image_.data();
  }

 private:
  void split(unsigned line, std::size_t row) {
    auto const* in = reinterpret_cast<std::uint8_t const*>(frame_.bytes.data()) +
                     std::size_t{line} * frame_.stride;
    auto const pairs = (frame_.width + 1) / 2;
    for (std::size_t pair = 0; pair < padded_ / 2; ++pair) {
      auto const* const two = in + std::min<std::size_t>(pair, pairs - 1) * 4;
      bool const beyond = pair >= pairs;  // to the right of the picture its last pixel is repeated
      rows_[0][row][pair * 2] = luma_[two[beyond ? 2 : 0]];
      rows_[0][row][pair * 2 + 1] = luma_[two[2]];
      rows_[1][row][pair] = chroma_[two[1]];
      rows_[2][row][pair] = chroma_[two[3]];
    }
  }

  YuyvFrame const& frame_;
  Levels luma_, chroma_;
  std::size_t padded_;
  std::array<std::vector<JSAMPLE>, 3> planes_;
  std::array<std::array<JSAMPROW, DCTSIZE>, 3> rows_{};
  std::array<JSAMPARRAY, 3> image_{};
};

}  // namespace

bool YuyvFrame::whole() const {
  if (width == 0 || height == 0 || width > most_edge || height > most_edge) return false;
  auto const line = std::size_t{width + 1} / 2 * 4;
  return stride >= line && bytes.size() >= std::size_t{height - 1} * stride + line;
}

std::string jpeg_of(YuyvFrame const& frame, int quality) {
  std::string bytes;
  if (!frame.whole()) return bytes;
  Planes planes{frame};
  // As for the test pattern: the errors that are left are wrong parameters and an empty heap.
  jpeg_error_mgr errors;
  jpeg_compress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  StringSink sink{bytes};
  jpeg.dest = &sink.manager;
  jpeg.image_width = frame.width;
  jpeg.image_height = frame.height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_YCbCr;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.comp_info[0].h_samp_factor = 2;
  jpeg.comp_info[0].v_samp_factor = 1;
  jpeg.raw_data_in = TRUE;
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    planes.read(jpeg.next_scanline);
    jpeg_write_raw_data(&jpeg, planes.image(), DCTSIZE);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return bytes;
}

}  // namespace snapcron
