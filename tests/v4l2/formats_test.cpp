#include "v4l2/formats.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <vector>

namespace snapcron {
namespace {

using testing::HasSubstr;
using Offered = std::vector<FourCc>;

TEST(TheFormat, IsTheCamerasOwnJpegWhereverItStands) {
  EXPECT_EQ(choose_format(Offered{yuyv, four_cc("H264"), mjpg}), mjpg);
  EXPECT_EQ(choose_format(Offered{jpeg_format, yuyv}), jpeg_format);
  EXPECT_EQ(choose_format(Offered{jpeg_format, mjpg}), mjpg);
}

TEST(TheFormat, IsYuyvWhenThereAreNoJpegs) {
  EXPECT_EQ(choose_format(Offered{four_cc("NV12"), yuyv, four_cc("RGB3")}), yuyv);
}

TEST(TheFormat, IsNoneOfOthersWhichAreNamed) {
  Offered const offered{four_cc("H264"), four_cc("NV12"), four_cc("Y16 ")};
  EXPECT_FALSE(choose_format(offered));
  EXPECT_THAT(no_format_text(offered),
              HasSubstr("the device offers H264, NV12 and Y16, but neither MJPG nor YUYV"));
  EXPECT_THAT(no_format_text({}), HasSubstr("offers no format at all"));
}

TEST(TheFormat, IsNamedPrintably) {
  EXPECT_EQ(to_text(0x01020304U), "????");
  EXPECT_EQ(to_text(0U), "????");
  EXPECT_EQ(to_text(yuyv | 0x80000000U), "YUYV");  // big-endian's mark
  EXPECT_THAT(no_format_text(Offered(64, four_cc("NV12"))), HasSubstr(" and 52 more formats"));
}

}  // namespace
}  // namespace snapcron
