#pragma once
// A JPEG like a camera's: smooth shades, edges and noise, so that its entropy coding looks like the
// real thing.

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace snapcron {

struct Photo {
  unsigned width = 640, height = 480;
  unsigned seed = 1;
  int quality = 80;
  int noise = 12;         // of 255
  unsigned restarts = 0;  // restart interval in MCU rows; 0: no markers
  bool progressive = false;
  bool separate_scans = false;  // one a component, not progressive
};

inline std::string photo(Photo const& p) {
  std::mt19937 random{p.seed};
  std::vector<unsigned char> line(std::size_t{p.width} * 3);
  jpeg_error_mgr errors;
  jpeg_compress_struct jpeg;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  jpeg.image_width = p.width;
  jpeg.image_height = p.height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, p.quality, TRUE);
  jpeg.restart_in_rows = static_cast<int>(p.restarts);
  if (p.progressive) jpeg_simple_progression(&jpeg);
  jpeg_scan_info const scans[] = {
      {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
  if (p.separate_scans) {
    jpeg.scan_info = scans;
    jpeg.num_scans = 3;
  }
  jpeg_start_compress(&jpeg, TRUE);
  for (unsigned y = 0; y < p.height; ++y) {
    for (unsigned x = 0; x < p.width; ++x) {
      unsigned const dx = x / 3 + p.seed * 7, dy = y / 2;
      unsigned const shade = (dx * 3 + dy * 2) % 200;
      unsigned const edge = ((x / 37 + y / 29 + p.seed) % 3) * 40;
      for (unsigned c = 0; c < 3; ++c) {
        auto const noisy =
            static_cast<int>(shade / (c + 1) + edge / (3 - c)) +
            (p.noise > 0 ? static_cast<int>(random() % static_cast<unsigned>(p.noise)) : 0);
        line[x * 3 + c] = static_cast<unsigned char>(noisy > 255 ? 255 : noisy);
      }
    }
    JSAMPROW row = line.data();
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string bytes{reinterpret_cast<char const*>(buffer), size};
  std::free(buffer);
  return bytes;
}

}  // namespace snapcron
