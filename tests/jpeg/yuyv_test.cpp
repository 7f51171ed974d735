#include "jpeg/yuyv.hpp"

#include "jpeg/check.hpp"
#include "support/pixels.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace snapcron {
namespace {

struct Yuv {
  unsigned char y, cb, cr;
};
constexpr Yuv video_black{16, 128, 128}, video_white{235, 128, 128}, video_red{81, 90, 240};

/// The left half of one colour, the right half of another.
std::string raw(unsigned width, unsigned height, unsigned stride, Yuv left, Yuv right) {
  std::string bytes(std::size_t{height} * stride, '\x55');
  for (unsigned line = 0; line < height; ++line)
    for (unsigned pair = 0; pair < (width + 1) / 2; ++pair) {
      auto const& colour = pair < width / 4 ? left : right;
      auto* const two = bytes.data() + std::size_t{line} * stride + pair * 4;
      two[0] = two[2] = static_cast<char>(colour.y);
      two[1] = static_cast<char>(colour.cb);
      two[3] = static_cast<char>(colour.cr);
    }
  return bytes;
}

void expect_near(std::array<int, 3> found, std::array<int, 3> expected) {
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], expected[i], 4) << "component " << i;
}

TEST(AYuyvFrame, IsAJpegWithItsColours) {
  auto const bytes = raw(64, 48, 128, video_red, video_white);
  auto const jpeg = jpeg_of({.bytes = bytes, .width = 64, .height = 48, .stride = 128});
  EXPECT_EQ(check_jpeg(jpeg).value(), (PictureSize{64, 48}));
  auto const pixels = pixels_of(jpeg);
  expect_near(pixels.at(4, 20), {255, 0, 0});
  expect_near(pixels.at(60, 20), {255, 255, 255});
}

TEST(AYuyvFrame, OfFullRangeIsNotStretched) {
  auto const bytes = raw(16, 8, 32, video_black, video_white);
  auto const stretched =
      pixels_of(jpeg_of({.bytes = bytes, .width = 16, .height = 8, .stride = 32}));
  expect_near(stretched.at(1, 1), {0, 0, 0});
  auto const full = pixels_of(
      jpeg_of({.bytes = bytes, .width = 16, .height = 8, .stride = 32, .full_range = true}));
  expect_near(full.at(1, 1), {16, 16, 16});
  expect_near(full.at(14, 1), {235, 235, 235});
}

TEST(AYuyvFrame, MayHaveAnySizeAndPaddedLines) {
  for (unsigned width : {1U, 2U, 15U, 16U, 17U, 50U})
    for (unsigned height : {1U, 7U, 8U, 9U}) {
      auto const stride = (width + 1) / 2 * 4 + 12;
      auto const bytes = raw(width, height, stride, video_white, video_white);
      auto const jpeg =
          jpeg_of({.bytes = bytes, .width = width, .height = height, .stride = stride});
      EXPECT_EQ(check_jpeg(jpeg).value(), (PictureSize{width, height}));
      expect_near(pixels_of(jpeg).at(width - 1, height - 1), {255, 255, 255});
    }
}

TEST(AYuyvFrame, ThatIsCutOffIsNone) {
  auto const bytes = raw(16, 8, 32, video_black, video_black);
  YuyvFrame frame{.bytes = bytes, .width = 16, .height = 8, .stride = 32};
  EXPECT_TRUE(frame.whole());
  frame.bytes.remove_suffix(1);
  EXPECT_FALSE(frame.whole());
  EXPECT_EQ(jpeg_of(frame), "");
  EXPECT_FALSE((YuyvFrame{.bytes = bytes, .width = 16, .height = 8, .stride = 31}.whole()));
  EXPECT_FALSE((YuyvFrame{.bytes = bytes, .width = 0, .height = 8, .stride = 32}.whole()));
  EXPECT_FALSE((YuyvFrame{.bytes = bytes, .width = 70'000, .height = 1, .stride = 0}.whole()));
}

}  // namespace
}  // namespace snapcron
