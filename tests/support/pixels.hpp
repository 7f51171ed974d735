#pragma once
// A picture as its pixels, to look at single ones.

#include <cstdio>

#include <jpeglib.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace snapcron {

struct Pixels {
  unsigned width = 0, height = 0;
  std::vector<unsigned char> rgb;
  std::array<int, 3> at(unsigned x, unsigned y) const {
    auto const* const p = rgb.data() + (std::size_t{y} * width + x) * 3;
    return {p[0], p[1], p[2]};
  }
};

/// Of a whole JPEG.
inline Pixels pixels_of(std::string_view bytes) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  Pixels pixels{jpeg.output_width, jpeg.output_height, {}};
  pixels.rgb.resize(std::size_t{pixels.width} * pixels.height * 3);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels.rgb.data() + std::size_t{jpeg.output_scanline} * pixels.width * 3;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return pixels;
}

}  // namespace snapcron
