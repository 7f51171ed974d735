#include "v4l2/encoding.hpp"

#include "jpeg/huffman.hpp"
#include "jpeg/yuyv.hpp"

namespace snapcron {
namespace {

YuyvFrame raw_frame(VideoMode const& mode, std::string_view bytes) {
  return {.bytes = bytes,
          .width = mode.width,
          .height = mode.height,
          .stride = mode.stride,
          .full_range = mode.full_range};
}

}  // namespace

bool is_frame(VideoMode const& mode, std::string_view bytes) {
  return mode.format == yuyv ? raw_frame(mode, bytes).whole() : bytes.starts_with("\xff\xd8");
}

std::string jpeg_of(VideoMode const& mode, std::string_view bytes) {
  return mode.format == yuyv ? jpeg_of(raw_frame(mode, bytes)) : with_huffman_tables(bytes);
}

}  // namespace snapcron
