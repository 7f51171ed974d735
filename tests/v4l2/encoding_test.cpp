// What devices send, recorded: the VM's virtual camera has no MJPG.

#include "v4l2/encoding.hpp"

#include "jpeg/check.hpp"
#include "support/photo.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

VideoMode const usb_camera{.format = mjpg, .width = 64, .height = 48};
VideoMode const raw_camera{.format = yuyv, .width = 64, .height = 48, .stride = 128};

/// As a USB camera sends it: "AVI1", no Huffman tables, padded to whole words.
std::string motion_jpeg(unsigned seed) {
  auto jpeg = photo({.width = 64, .height = 48, .seed = seed});
  for (std::size_t at = 2; jpeg[at + 1] != '\xda';) {
    auto const length = std::size_t{2} + static_cast<unsigned char>(jpeg[at + 2]) * 256U +
                        static_cast<unsigned char>(jpeg[at + 3]);
    if (jpeg[at + 1] == '\xc4' || jpeg[at + 1] == '\xe0')
      jpeg.erase(at, length);
    else
      at += length;
  }
  jpeg.insert(2, std::string{"\xff\xe0\x00\x10"
                             "AVI1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                             18});
  return jpeg + std::string(3, '\0');
}

TEST(ACamerasOwnJpegs, AreTakenAsTheyComeButWithTheirTables) {
  for (unsigned frame = 1; frame <= 5; ++frame) {
    auto const sent = motion_jpeg(frame);
    ASSERT_TRUE(is_frame(usb_camera, sent));
    auto const jpeg = jpeg_of(usb_camera, sent);
    EXPECT_EQ(jpeg.size(), sent.size() + 420);
    EXPECT_EQ(check_jpeg(jpeg).value(), (PictureSize{64, 48}));
  }
  auto const whole = photo({.width = 64, .height = 48});
  EXPECT_EQ(jpeg_of(usb_camera, whole), whole);
  EXPECT_EQ(jpeg_of({.format = jpeg_format}, whole), whole);
}

TEST(ACamerasOwnJpegs, BeginAsJpegs) {
  auto const sent = motion_jpeg(1);
  EXPECT_FALSE(is_frame(usb_camera, ""));
  EXPECT_FALSE(is_frame(usb_camera, "\xff"));
  EXPECT_FALSE(is_frame(usb_camera, std::string(1000, '\0')));
  EXPECT_FALSE(is_frame(usb_camera, sent.substr(1)));
  // Cut off: the check of the picture that is kept finds that.
  EXPECT_TRUE(is_frame(usb_camera, sent.substr(0, 300)));
  EXPECT_FALSE(check_jpeg(jpeg_of(usb_camera, sent.substr(0, sent.size() - 100))));
}

TEST(ARawFrame, BecomesAJpegWhenItIsWhole) {
  std::string const grey(std::size_t{128} * 48, '\x80');
  ASSERT_TRUE(is_frame(raw_camera, grey));
  EXPECT_EQ(check_jpeg(jpeg_of(raw_camera, grey)).value(), (PictureSize{64, 48}));
  EXPECT_FALSE(is_frame(raw_camera, std::string_view{grey}.substr(1)));
  EXPECT_FALSE(is_frame(raw_camera, ""));
}

}  // namespace
}  // namespace snapcron
