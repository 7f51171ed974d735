#include "jpeg/comment.hpp"

#include "jpeg/check.hpp"
#include "support/photo.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

std::string const plain_photo = photo({.width = 64, .height = 48});

TEST(AComment, StandsBehindWhatTheFormatWantsFirst) {
  auto const jpeg = with_comment(plain_photo, "{\"age_ms\": -12}");
  auto const jfif = plain_photo.substr(0, 20);  // SOI and APP0
  EXPECT_EQ(jpeg.substr(0, 20), jfif);
  EXPECT_EQ(jpeg.substr(20, 4), std::string("\xff\xfe\x00\x11", 4));
  EXPECT_EQ(jpeg.substr(24, 15), "{\"age_ms\": -12}");
  EXPECT_EQ(jpeg.substr(39), plain_photo.substr(20));
}

TEST(AComment, LeavesThePictureWhole) {
  for (auto const& kind : {Photo{}, Photo{.restarts = 1}, Photo{.progressive = true}}) {
    auto const before = photo(kind);
    EXPECT_EQ(check_jpeg(with_comment(before, "where and when")).value(),
              check_jpeg(before).value());
  }
}

TEST(AComment, IsCutRatherThanTheSegmentOverrun) {
  auto const jpeg = with_comment(plain_photo, std::string(100'000, 'x'));
  EXPECT_EQ(jpeg.size(), plain_photo.size() + 60'004);
  EXPECT_TRUE(check_jpeg(jpeg));
}

TEST(AComment, DoesNotTouchWhatIsNoJpeg) {
  EXPECT_EQ(with_comment("<html>", "x"), "<html>");
  EXPECT_EQ(with_comment("", "x"), "");
  EXPECT_EQ(with_comment("\xff", "x"), "\xff");
}

TEST(AComment, SurvivesSegmentsThatLie) {
  for (std::string const broken : {"\xff\xd8", "\xff\xd8\xff", "\xff\xd8\xff\xe0",
                                   "\xff\xd8\xff\xe0\xff\xff", "\xff\xd8\xff\xe0\x01\x01"}) {
    EXPECT_EQ(with_comment(broken, "x"),
              "\xff\xd8\xff\xfe" + std::string("\0\3x", 3) + broken.substr(2));
  }
}

}  // namespace
}  // namespace snapcron
