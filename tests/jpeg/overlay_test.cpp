#include "jpeg/overlay.hpp"

#include "jpeg/check.hpp"
#include "jpeg/comment.hpp"
#include "support/photo.hpp"
#include "support/pixels.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace snapcron {
namespace {

constexpr std::string_view words = "door 2026-11-25 22:10:00";

/// How far the components of a line are from another picture's, on average.
double difference(Pixels const& a, Pixels const& b, unsigned y) {
  double sum = 0;
  for (unsigned x = 0; x < a.width; ++x)
    for (std::size_t i = 0; i < 3; ++i) sum += std::abs(a.at(x, y)[i] - b.at(x, y)[i]);
  return sum / (3 * a.width);
}

bool is_dark(std::array<int, 3> colour) {
  return colour[0] < 90 && colour[1] < 90 && colour[2] < 90;
}
bool is_bright(std::array<int, 3> colour) {
  return colour[0] > 180 && colour[1] > 180 && colour[2] > 180;
}

TEST(AnOverlay, IsABarAtTheLowerEdgeAndLeavesTheRest) {
  auto const jpeg = photo({.width = 640, .height = 480});
  auto const drawn = with_overlay(jpeg, words).value();
  EXPECT_EQ(check_jpeg(drawn).value(), check_jpeg(jpeg).value());
  auto const before = pixels_of(jpeg), after = pixels_of(drawn);
  for (unsigned y = 0; y < 440; y += 8) EXPECT_LT(difference(before, after, y), 6) << "line " << y;
  unsigned dark = 0, bright = 0;
  for (unsigned y = 460; y < 480; ++y)
    for (unsigned x = 0; x < 640; ++x) {
      dark += is_dark(after.at(x, y));
      bright += is_bright(after.at(x, y));
    }
  EXPECT_GT(dark, 640U * 20 / 2);
  EXPECT_GT(bright, 640U);
}

TEST(AnOverlay, GrowsWithThePicture) {
  auto const bar_height = [](unsigned width, unsigned height) {
    auto const pixels =
        pixels_of(with_overlay(photo({.width = width, .height = height, .noise = 0}), "x").value());
    unsigned lines = 0;
    while (lines < height && is_dark(pixels.at(width - 1, height - 1 - lines))) ++lines;
    return lines;
  };
  EXPECT_NEAR(bar_height(640, 480), 22, 2);
  EXPECT_NEAR(bar_height(1920, 1080), 55, 2);
}

TEST(AnOverlay, FitsIntoAnyPicture) {
  for (auto const& [width, height] : {std::pair{16U, 16U}, {1U, 1U}, {300U, 5U}, {64U, 48U}}) {
    auto const drawn = with_overlay(photo({.width = width, .height = height}),
                                    std::string(longest_overlay + 50, 'W'));
    EXPECT_EQ(check_jpeg(drawn.value()).value(), (PictureSize{width, height}));
  }
  EXPECT_TRUE(with_overlay(photo({.width = 64, .height = 48}), ""));
  EXPECT_TRUE(with_overlay(photo({.width = 64, .height = 48}), "h\xc3\xa5llplats \xff\x80"));
}

TEST(AnOverlay, IsDrawnIntoPicturesOfAllKinds) {
  for (auto const& kind : {Photo{.restarts = 1}, Photo{.progressive = true}})
    EXPECT_EQ(check_jpeg(with_overlay(photo(kind), words).value()).value(),
              check_jpeg(photo(kind)).value());
}

TEST(AnOverlay, LeavesTheCommentsThatThePictureHas) {
  auto const drawn = with_overlay(with_comment(photo({}), "made by a camera"), words).value();
  EXPECT_NE(drawn.find("made by a camera"), std::string::npos);
}

TEST(AnOverlay, IsNotDrawnIntoABrokenPicture) {
  auto const jpeg = photo({});
  EXPECT_EQ(with_overlay(jpeg.substr(0, jpeg.size() / 2), words).error().text,
            check_jpeg(jpeg.substr(0, jpeg.size() / 2)).error().text);
  EXPECT_EQ(with_overlay("<html>busy", words).error().fault, Fault::bad_picture);
}

}  // namespace
}  // namespace snapcron
