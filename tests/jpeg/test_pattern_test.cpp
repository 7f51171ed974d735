#include "jpeg/test_pattern.hpp"

#include "jpeg/check.hpp"
#include "jpeg/font.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

TEST(TestPattern, IsAWholeJpegOfTheSizeAskedFor) {
  for (auto const& [width, height] :
       {std::pair{640u, 480u}, {1920u, 1080u}, {16u, 16u}, {33u, 17u}}) {
    auto const size =
        check_jpeg(test_pattern(width, height, "front-door", "2026-03-01 22:00:00", 7));
    ASSERT_TRUE(size) << size.error().text;
    EXPECT_EQ(*size, (PictureSize{width, height}));
  }
}

TEST(TestPattern, KeepsToSaneSizes) {
  EXPECT_EQ(check_jpeg(test_pattern(0, 1, "", "", 0)).value(), (PictureSize{16, 16}));
}

TEST(TestPattern, DependsOnItsArgumentsAndOnNothingElse) {
  auto const picture = test_pattern(320, 240, "bench", "12:00:00", 1);

  EXPECT_EQ(test_pattern(320, 240, "bench", "12:00:00", 1), picture);
  EXPECT_NE(test_pattern(320, 240, "bench", "12:00:01", 1), picture);
  EXPECT_NE(test_pattern(320, 240, "bench", "12:00:00", 2), picture);
  EXPECT_NE(test_pattern(320, 240, "door", "12:00:00", 1), picture);
}

TEST(TestPattern, DrawsWhateverTheCameraIsCalled) {
  EXPECT_TRUE(
      check_jpeg(test_pattern(320, 240, "k\xc3\xb6k \x01\xff", std::string(500, 'x'), ~0ull)));
}

TEST(Font, HasLettersDigitsAndABoxForTheRest) {
  EXPECT_EQ(glyph('a'), glyph('A'));
  EXPECT_NE(glyph('0'), glyph('O'));
  EXPECT_NE(glyph('8'), glyph('B'));
  EXPECT_EQ(glyph('\xff'), glyph('\x01'));
}

}  // namespace
}  // namespace snapcron
