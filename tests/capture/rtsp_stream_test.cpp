#include "capture/rtsp_stream.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

CameraSpec rtsp_door() {
  CameraSpec spec;
  spec.name = "door";
  spec.source = RtspCamera{"rtsp://10.0.0.7:554/h264?channel=1", "root", "it's a \"p@ss/word\"\n"};
  return spec;
}

TEST(Ffmpeg, GetsTheAddressWhereNoListOfProcessesShowsIt) {
  auto const door = rtsp_door();
  EXPECT_THAT(rtsp_arguments(door), Not(Contains(HasSubstr("10.0.0.7"))));
  EXPECT_EQ(rtsp_input(std::get<RtspCamera>(door.source)),
            "ffconcat version 1.0\n"
            "file 'rtsp://root:it%27s%20a%20%22p%40ss%2Fword%22%0A@10.0.0.7:554/h264?channel=1'\n"
            "option rtsp_transport tcp\n");
  EXPECT_THAT(rtsp_input({"rtsp://cam/it's", "", ""}), HasSubstr("file 'rtsp://cam/it%27s'\n"));
}

TEST(Ffmpeg, DropsFramesThatTheBufferWouldDropOnly) {
  auto door = rtsp_door();
  EXPECT_THAT(rtsp_arguments(door), Not(Contains("-vf")));
  door.buffer = BufferSpec{.fps = 5};
  EXPECT_THAT(rtsp_arguments(door),
              Contains("select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,0.190)"));
}

TEST(Ffmpeg, IsQuotedWithoutThePassword) {
  EXPECT_EQ(last_words("[rtsp @ 0x1] method DESCRIBE failed: 401\n"
                       "pipe:0: Server returned 401 Unauthorized (authorization failed)\n"),
            "Server returned 401 Unauthorized (authorization failed)");
  EXPECT_EQ(last_words("cannot open 'rtsp://root:pw@10.0.0.7/x', nor tcp://a@b"),
            "cannot open 'rtsp://10.0.0.7/x', nor tcp://b");
  EXPECT_EQ(last_words("\n"), "");
}

}  // namespace
}  // namespace snapcron
