// What ffmpeg is told to make of an event's pictures.

#include "core/montage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

TEST(AMontage, ShowsEachPictureForAsLongAsItTookUntilTheNextUpToTwoSeconds) {
  EXPECT_EQ(montage_list({{"/a/1.jpg", Instant{1s}},
                          {"/a/2.jpg", Instant{1500ms}},
                          {"/a/3.jpg", Instant{1h}},
                          {"/a/4.jpg", Instant{1h}}}),
            "ffconcat version 1.0\n"
            "file '/a/1.jpg'\nduration 0.500\n"
            "file '/a/2.jpg'\nduration 2.000\n"
            "file '/a/3.jpg'\nduration 0.040\n"
            "file '/a/4.jpg'\nduration 2.000\n");
}

TEST(AMontage, QuotesEveryPath) {
  EXPECT_NE(montage_list({{"/it's\nhere.jpg", Instant{}}}).find("file '/it'\\''s\nhere.jpg'\n"),
            std::string::npos);
}

TEST(AMontage, IsWhatTheEndOfItsNameSays) {
  auto const has = [](std::string const& output, std::size_t pictures, std::string const& word) {
    auto const words = montage_arguments("/list", output, pictures).value();
    return std::ranges::any_of(
        words, [&](auto const& one) { return one.find(word) != std::string::npos; });
  };
  EXPECT_TRUE(has("/tmp/a.jpg", 10, "tile=4x3"));
  EXPECT_TRUE(has("/tmp/a.png", 1, "tile=1x1"));
  EXPECT_TRUE(has("/tmp/a.gif", 10, "palette"));
  EXPECT_TRUE(has("/tmp/a.mp4", 10, "yuv420p"));
  EXPECT_TRUE(has("-i.jpg", 1, "file:-i.jpg"));
  EXPECT_FALSE(montage_arguments("/list", "/tmp/a", 1));
  EXPECT_FALSE(montage_arguments("/list", "/tmp/a.exe", 1));
}

}  // namespace
}  // namespace snapcron
