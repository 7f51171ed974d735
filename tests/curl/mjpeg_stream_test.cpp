#include "curl/mjpeg_stream.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Connection = FakeCamera::Connection;

std::string const streaming =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n--frame\r\n";

std::string numbered_part(int number) {
  return "Content-Type: image/jpeg\r\n\r\n\xff\xd8" + std::to_string(number) +
         "\xff\xd9\r\n--frame\r\n";
}

class AnMjpegStream : public testing::Test {
 protected:
  Result<void> run(FakeCamera const& camera, std::size_t enough = 3) {
    CameraSpec spec;
    spec.name = "gate";
    spec.source = MjpegCamera{camera.url("/video.mjpg?key=secret"), user, password};
    spec.timeout = timeout;
    spec.stall_timeout = stall_timeout;
    spec.max_bytes = 1000;
    auto const stream = make_mjpeg_stream(multi, clock, spec);
    return await(loop, stream->run([this, enough](Frame frame) {
      seen.push_back(frame.bytes->substr(2, frame.bytes->size() - 4));
      return seen.size() < enough;
    }));
  }
  void fails(FakeCamera const& camera, std::string const& why) {
    auto const ended = run(camera);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().text,
              "camera 'gate': GET " + camera.url("/video.mjpg?...") + ": " + why);
  }

  boost::asio::io_context loop{1};
  SystemClock clock;
  Multi multi{loop};
  std::string user, password;
  Duration timeout = 10s, stall_timeout = 5s;
  std::vector<std::string> seen;
};

TEST_F(AnMjpegStream, GivesFramesUntilItIsEnough) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.send(streaming);
    for (int i = 1; c.send(numbered_part(i)); ++i) c.pause(1ms);
  }};
  EXPECT_TRUE(run(camera));
  EXPECT_THAT(seen, ElementsAre("1", "2", "3"));
}

TEST_F(AnMjpegStream, ThatBreaksOffSaysSo) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.send(streaming + numbered_part(1));
  }};
  fails(camera, "the camera ended the stream");
  EXPECT_THAT(seen, ElementsAre("1"));
}

TEST_F(AnMjpegStream, ThatStandsStillIsGivenUp) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.send(streaming + numbered_part(1));
    c.stall();
  }};
  stall_timeout = 100ms;
  fails(camera, "nothing more came for 100ms");
}

TEST_F(AnMjpegStream, OfBytesWithoutPicturesIsGivenUp) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.send(streaming);
    while (c.send("Content-Type: text/plain\r\n\r\nwait\r\n--frame\r\n")) c.pause(5ms);
  }};
  timeout = 200ms;
  stall_timeout = 200ms;
  fails(camera, "no picture within 200ms: what comes is no JPEG");
}

TEST_F(AnMjpegStream, OfPicturesThatAreTooLargeSaysSo) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.send(streaming);
    while (c.send("\r\n\xff\xd8" + std::string(5000, 'x') + "\xff\xd9\r\n--frame\r\n"))
      c.pause(5ms);
  }};
  timeout = 200ms;
  stall_timeout = 200ms;
  fails(camera, "no picture within 200ms: each is larger than 1000 bytes (max_size)");
}

TEST_F(AnMjpegStream, ThatIsASinglePictureSaysWhatToWrite) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.picture("\xff\xd8\xff\xd9");
  }};
  fails(camera,
        "the answer is no stream of pictures (multipart/x-mixed-replace with a boundary) but "
        "'image/jpeg'; a camera of single pictures is one with 'url'");
}

TEST_F(AnMjpegStream, ThatIsRefusedSaysWhy) {
  FakeCamera camera{[](Connection& c) {
    c.request();
    c.page("503 Service Unavailable", "too many viewers");
  }};
  fails(camera, "the camera answered 503 Service Unavailable: too many viewers");
}

TEST_F(AnMjpegStream, ThatWantsAPasswordSaysSo) {
  FakeCamera camera{[](Connection& c) {
    while (!c.request().empty())
      c.page("401 Unauthorized", "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
  }};
  fails(camera, "the camera answered 401 Unauthorized; it wants a username and a password_file");
}

TEST_F(AnMjpegStream, GetsThePasswordThatTheCameraAsksFor) {
  FakeCamera camera{[](Connection& c) {
    for (auto asked = c.request(); !asked.empty(); asked = c.request()) {
      if (asked.find("Authorization: Basic cm9vdDpwdw==") != std::string::npos) {
        c.send(streaming + numbered_part(1) + numbered_part(2) + numbered_part(3));
        return;
      }
      c.page("401 Unauthorized", "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    }
  }};
  user = "root";
  password = "pw";
  EXPECT_TRUE(run(camera));
}

}  // namespace
}  // namespace snapcron
