#include "process/command_camera.hpp"

#include "support/await.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;
namespace asio = boost::asio;

class ACommandCamera : public testing::Test {
 protected:
  Result<Frame> grab(std::vector<std::string> argv, std::uint64_t max_bytes = 1'000'000) {
    CameraSpec spec;
    spec.name = "usb";
    spec.source = CommandCamera{std::move(argv)};
    spec.timeout = std::chrono::milliseconds{500};
    spec.max_bytes = max_bytes;
    auto const camera = make_command_camera(clock, spec);
    return await(loop, camera->grab());
  }
  asio::io_context loop{1};
  SystemClock clock;
};

TEST_F(ACommandCamera, GivesWhatTheCommandWrites) {
  auto const frame = grab({"/bin/sh", "-c", "echo picture of $SNAPCRON_CAMERA"});

  ASSERT_TRUE(frame) << frame.error().text;
  EXPECT_EQ(*frame->bytes, "picture of usb\n");
  EXPECT_LT(frame->requested.steady, frame->captured.steady);
}

TEST_F(ACommandCamera, ThatFailsSaysWhatTheCommandSaid) {
  auto const frame = grab({"/bin/sh", "-c", "echo 'no \033[31mdevice' >&2; echo more >&2; exit 2"});

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().text,
            "camera 'usb': command '/bin/sh' ended with exit code 2: no ?[31mdevice");
}

TEST_F(ACommandCamera, ThatIsNotInstalledSaysSo) {
  auto const frame = grab({"fswebcamm"});

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().fault, Fault::not_found);
  EXPECT_THAT(
      frame.error().text,
      HasSubstr("camera 'usb': cannot start 'fswebcamm': there is no such program in PATH"));
}

TEST_F(ACommandCamera, ThatHangsIsEndedByItsTimeOut) {
  auto const frame = grab({"sleep", "100"});

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().fault, Fault::timed_out);
  EXPECT_EQ(frame.error().text,
            "camera 'usb': command 'sleep' did not end within 500ms and was stopped");
}

TEST_F(ACommandCamera, MayNotWriteWithoutEnd) {
  auto const frame = grab({"cat", "/dev/zero"}, 100'000);

  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().text, HasSubstr("wrote more than 100000 bytes"));
}

}  // namespace
}  // namespace snapcron
