// What is said of devices that are none. Frames come in the VM only (tests/vm/checks/cameras).

#include "v4l2/video_stream.hpp"

#include "support/await.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
namespace asio = boost::asio;

Error opened(std::string const& device) {
  asio::io_context loop;
  SystemClock const clock;
  CameraSpec spec;
  spec.name = "desk";
  spec.source = V4l2Camera{.device = device};
  auto const stream = make_video_stream(clock, spec);
  auto const run = await(loop, stream->run([](Frame const&) { return true; }));
  return run ? Error{} : run.error();
}

TEST(AVideoDevice, ThatIsNotThereIsToldWithThoseThatAre) {
  auto const error = opened("/dev/video-of-nobody");
  EXPECT_EQ(error.fault, Fault::not_found);
  EXPECT_THAT(error.text,
              StartsWith("camera 'desk': /dev/video-of-nobody: there is no such device; there is"));
}

TEST(AVideoDevice, IsNoFileAndNoOtherDevice) {
  TemporaryFolder const folder;
  for (auto const& path : {folder.write("video0", "x").string(), std::string{"/dev/null"}}) {
    auto const error = opened(path);
    EXPECT_EQ(error.fault, Fault::invalid);
    EXPECT_EQ(error.text, "camera 'desk': " + path + ": it is no video device");
  }
}

TEST(AVideoDevice, MayBeTriedAgainAndAgain) {
  asio::io_context loop;
  SystemClock const clock;
  CameraSpec spec;
  spec.source = V4l2Camera{.device = "/dev/null"};
  auto const stream = make_video_stream(clock, spec);
  for (int times = 0; times < 20; ++times) {
    auto const run = await(loop, stream->run([](Frame const&) { return true; }));
    ASSERT_FALSE(run);
    EXPECT_THAT(run.error().text, HasSubstr("no video device"));
  }
}

}  // namespace
}  // namespace snapcron
