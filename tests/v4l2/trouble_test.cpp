#include "v4l2/trouble.hpp"

#include "process/descriptor.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace snapcron {
namespace {

using testing::HasSubstr;

TEST(WhatIsWrongWithADevice, SaysHowToMendIt) {
  EXPECT_EQ(open_trouble("/dev/video0", ENODEV).text,
            "/dev/video0: the device does not answer: is the camera plugged in?");
  EXPECT_EQ(device_trouble("/dev/video0", "get a frame", ENODEV).text,
            "/dev/video0: the device is gone: was the camera unplugged?");
  EXPECT_THAT(device_trouble("/dev/video0", "start the stream", ENOSPC).text,
              HasSubstr("cannot start the stream: the USB port has no room for so much"));
  EXPECT_EQ(device_trouble("/dev/video0", "get a frame", EIO).text,
            "/dev/video0: cannot get a frame: Input/output error");
}

TEST(WhatIsWrongWithADevice, NamesTheGroupThatMayOpenIt) {
  TemporaryFolder const folder;
  auto const device = folder.write("video0", "", std::filesystem::perms{0660});
  auto const group = ::getuid() == 0 ? gid_t{44} : ::getgid();
  ASSERT_EQ(::chown(device.c_str(), static_cast<uid_t>(-1), group), 0);
  EXPECT_THAT(open_trouble(device, EACCES).text,
              HasSubstr("permission denied: whoever runs this must be in the group "));
  EXPECT_EQ(open_trouble("/dev/nobody", EACCES).text, "/dev/nobody: permission denied");
}

TEST(TheHolderOfADevice, IsToldAsFarAsItCanBeSeen) {
  // Nobody else has this one open.
  std::string const device = "/dev/full";
  Descriptor const mine{::open(device.c_str(), O_RDWR | O_CLOEXEC)};
  ASSERT_GE(mine.get(), 0);
  EXPECT_EQ(device_trouble(device, "start", EBUSY).text,
            "/dev/full: it is held by another program (fuser -v /dev/full tells which)");
  Descriptor const others{::open(device.c_str(), O_RDWR | O_CLOEXEC)};
  EXPECT_EQ(device_trouble(device, "start", EBUSY).text,
            "/dev/full: it is in use by another camera of this program");
}

}  // namespace
}  // namespace snapcron
