#include "curl/url_camera.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <chrono>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Connection = FakeCamera::Connection;

std::string const jpeg = "\xff\xd8 not a real one, which is not this folder's business \xff\xd9";

class AUrlCamera : public testing::Test {
 protected:
  static CameraSpec spec(std::string url) {
    CameraSpec result;
    result.name = "door";
    result.source = UrlCamera{std::move(url), {}, {}};
    result.timeout = 2s;
    result.connect_timeout = 1s;
    result.stall_timeout = 300ms;
    result.max_bytes = 1'000'000;
    return result;
  }
  static CameraSpec with_password(std::string url, std::string password = "s3cret") {
    auto result = spec(std::move(url));
    auto& source = std::get<UrlCamera>(result.source);
    source.username = "root";
    source.password = std::move(password);
    return result;
  }
  Result<Frame> grab(CameraSpec const& camera) {
    return grab(*make_url_camera(multi, clock, camera));
  }
  Result<Frame> grab(Camera& camera) { return await(loop, camera.grab()); }
  std::string error_of(FakeCamera const& camera) {
    auto const begun = std::chrono::steady_clock::now();
    auto const frame = grab(spec(camera.url("/image.jpg?pwd=hidden")));
    took = std::chrono::steady_clock::now() - begun;
    if (frame) return "a picture";
    fault = frame.error().fault;
    EXPECT_THAT(frame.error().text, Not(HasSubstr("hidden")));
    auto const begin =
        "camera 'door': GET http://127.0.0.1:" + std::to_string(camera.port()) + "/image.jpg?...: ";
    EXPECT_THAT(frame.error().text, StartsWith(begin));
    return frame.error().text.substr(std::min(begin.size(), frame.error().text.size()));
  }

  boost::asio::io_context loop{1};
  Multi multi{loop};
  SystemClock clock;
  Fault fault = Fault::failed;
  std::chrono::nanoseconds took{};
};

TEST_F(AUrlCamera, GivesThePicture) {
  FakeCamera server{[](Connection& c) {
    EXPECT_THAT(c.request(), StartsWith("GET /image.jpg HTTP/1.1\r\n"));
    c.picture(jpeg);
  }};

  auto const frame = grab(spec(server.url()));

  ASSERT_TRUE(frame) << frame.error().text;
  EXPECT_EQ(*frame->bytes, jpeg);
  EXPECT_LT(frame->requested.steady, frame->captured.steady);
}

TEST_F(AUrlCamera, AsksForNoEncodingAndSaysWhoItIs) {
  std::string header;
  FakeCamera server{[&](Connection& c) {
    header = c.request();
    c.picture(jpeg);
  }};

  ASSERT_TRUE(grab(spec(server.url())));

  EXPECT_THAT(header, HasSubstr("User-Agent: snapcron/"));
  EXPECT_THAT(header, Not(HasSubstr("Accept-Encoding")));
  EXPECT_THAT(header, Not(HasSubstr("Authorization")));
}

TEST_F(AUrlCamera, KeepsItsConnection) {
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) c.picture(jpeg);
  }};
  auto const camera = make_url_camera(multi, clock, spec(server.url()));

  for (int i = 0; i < 20; ++i) ASSERT_TRUE(grab(*camera));

  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(AUrlCamera, GetsOverAKeptConnectionThatTheCameraClosed) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.picture(jpeg);
  }};
  auto const camera = make_url_camera(multi, clock, spec(server.url()));

  for (int i = 0; i < 5; ++i) {
    auto const frame = grab(*camera);
    ASSERT_TRUE(frame) << frame.error().text;
  }
  EXPECT_EQ(server.connections(), 5u);
}

TEST_F(AUrlCamera, GetsOverAKeptConnectionThatDiesWhenItIsUsed) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.picture(jpeg);
    c.request();  // the second on this connection gets no answer but a reset
    c.reset();
  }};
  auto const camera = make_url_camera(multi, clock, spec(server.url()));

  for (int i = 0; i < 5; ++i) {
    auto const frame = grab(*camera);
    ASSERT_TRUE(frame) << frame.error().text;
  }
}

TEST_F(AUrlCamera, ThatRefusesSaysSo) {
  unsigned port = 0;
  {
    FakeCamera const gone{[](Connection&) {}};
    port = gone.port();
  }

  auto const frame = grab(spec("http://127.0.0.1:" + std::to_string(port) + "/"));

  ASSERT_FALSE(frame);
  EXPECT_THAT(frame.error().text, EndsWith("connection refused; is the port right?"));
}

TEST_F(AUrlCamera, ThatNeverAnswersIsGivenUpAfterItsStallTime) {
  FakeCamera server{[](Connection& c) { c.stall(); }};

  EXPECT_EQ(error_of(server), "connected, but no answer within 300ms");
  EXPECT_EQ(fault, Fault::timed_out);
  EXPECT_LT(took, 1s);
}

TEST_F(AUrlCamera, ThatStallsInAPictureIsGivenUpAfterItsStallTime) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789");
    c.stall();
  }};

  EXPECT_EQ(error_of(server), "nothing more came for 300ms, after 10 of 1000 bytes");
  EXPECT_EQ(fault, Fault::timed_out);
  EXPECT_LT(took, 1s);
}

TEST_F(AUrlCamera, ThatTricklesIsGivenUpAfterItsWholeTime) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (c.send("x")) c.pause(50ms);
  }};

  EXPECT_THAT(error_of(server),
              testing::MatchesRegex("too slow: [0-9]+ of 100000 bytes within 2s"));
  EXPECT_EQ(fault, Fault::timed_out);
  EXPECT_GT(took, 1900ms);
  EXPECT_LT(took, 3s);
}

TEST_F(AUrlCamera, ThatClosesWithoutAWordSaysSo) {
  FakeCamera server{[](Connection& c) { c.request(); }};

  EXPECT_EQ(error_of(server), "the camera closed the connection without an answer");
}

TEST_F(AUrlCamera, ThatClosesTooEarlyOrAnnouncesAWrongLengthIsCutOff) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 11248\r\n\r\n" + std::string(11200, 'x'));
  }};

  EXPECT_EQ(error_of(server), "the picture is cut off: 11200 of 11248 bytes came");
  EXPECT_EQ(fault, Fault::bad_picture);
}

TEST_F(AUrlCamera, ThatSendsWithoutEndInPiecesIsStoppedAtTheLimit) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string const chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (c.send(chunk)) {
    }
  }};

  EXPECT_EQ(error_of(server), "the camera sends more than 1000000 bytes for one picture");
}

TEST_F(AUrlCamera, ThatAnnouncesTooMuchIsStoppedAtOnce) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\nxxxx");
    c.stall();
  }};

  EXPECT_EQ(error_of(server), "the camera sends more than 1000000 bytes for one picture");
}

TEST_F(AUrlCamera, ThatSendsHeadersWithoutEndIsStopped) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\n");
    while (c.send("X-Junk: " + std::string(1000, 'x') + "\r\n")) {
    }
  }};

  EXPECT_EQ(error_of(server), "the camera sends headers without end");
}

TEST_F(AUrlCamera, ThatIsBusySaysWhatItsPageSays) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.page("503 Service Unavailable", "<html><body><h1>Too many\n viewers</h1></body></html>");
  }};

  EXPECT_EQ(error_of(server), "the camera answered 503 Service Unavailable: Too many viewers");
}

TEST_F(AUrlCamera, ThatAnswersWithAnEndlessErrorPageIsStopped) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string const chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
    while (c.send(chunk)) {
    }
  }};

  EXPECT_THAT(error_of(server), StartsWith("the camera answered 500 Internal Server Error: xxx"));
}

TEST_F(AUrlCamera, IsNotFollowedElsewhere) {
  std::string location;
  FakeCamera server{[&](Connection& c) {
    c.request();
    c.page("302 Found", "", "Location: " + location + "\r\n");
  }};
  auto const text = [](std::string const& to) {
    return "the camera answered 302 Found to '" + to +
           "'; redirects are not followed, give the final address as url";
  };

  location = "file:///etc/passwd";
  EXPECT_EQ(error_of(server), text("file:///etc/passwd"));
  location = "http://root:pw@10.0.0.7/still.jpg?token=1234";
  EXPECT_EQ(error_of(server), text("http://10.0.0.7/still.jpg?..."));
}

TEST_F(AUrlCamera, MayNotBeAFile) {
  auto const frame = grab(spec("file:///etc/passwd"));

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().fault, Fault::invalid);
}

/// Takes the password by Basic.
void basic(Connection& c) {
  for (;;) {
    auto const header = c.request();
    if (header.empty()) return;
    if (header.find("Authorization: Basic cm9vdDpzM2NyZXQ=\r\n") != std::string::npos)
      c.picture(jpeg);
    else
      c.page("401 Unauthorized", "<h1>No</h1>", "WWW-Authenticate: Basic realm=\"Camera\"\r\n");
  }
}

/// Takes anything that looks like a Digest of root's; refuses Basic.
void digest(Connection& c, std::atomic<int>& asked) {
  for (;;) {
    auto const header = c.request();
    if (header.empty()) return;
    ++asked;
    if (header.find("Authorization: Digest username=\"root\"") != std::string::npos)
      c.picture(jpeg);
    else
      c.page("401 Unauthorized", "",
             "WWW-Authenticate: Basic realm=\"Camera\"\r\n"
             "WWW-Authenticate: Digest realm=\"Camera\", nonce=\"abc\", algorithm=MD5, "
             "qop=\"auth\"\r\n");
  }
}

TEST_F(AUrlCamera, GivesItsPasswordByBasicWhenThatIsAllTheCameraKnows) {
  FakeCamera server{basic};

  auto const frame = grab(with_password(server.url()));

  ASSERT_TRUE(frame) << frame.error().text;
  EXPECT_EQ(*frame->bytes, jpeg);
}

TEST_F(AUrlCamera, PrefersDigestAndIsAskedTwiceOnlyOnce) {
  std::atomic<int> asked{0};
  FakeCamera server{[&](Connection& c) { digest(c, asked); }};
  auto const camera = make_url_camera(multi, clock, with_password(server.url()));

  for (int i = 0; i < 5; ++i) ASSERT_TRUE(grab(*camera));

  EXPECT_EQ(asked, 6);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(AUrlCamera, NegotiatesAnewWhenTheCameraChangedItsMind) {
  std::atomic<int> asked{0};
  std::atomic<bool> changed{false};
  FakeCamera server{[&](Connection& c) {
    if (changed)
      basic(c);
    else {
      c.request();
      c.page("401 Unauthorized", "",
             "WWW-Authenticate: Digest realm=\"C\", nonce=\"a\", qop=\"auth\"\r\n");
      c.request();
      c.picture(jpeg);
      changed = true;
    }
  }};
  auto const camera = make_url_camera(multi, clock, with_password(server.url()));

  ASSERT_TRUE(grab(*camera));
  auto const frame = grab(*camera);

  ASSERT_TRUE(frame) << frame.error().text;
}

TEST_F(AUrlCamera, WithAWrongPasswordSaysSoAndNeverThePassword) {
  FakeCamera server{basic};

  auto const frame = grab(with_password(server.url(), "wr0ng"));

  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().fault, Fault::denied);
  EXPECT_THAT(frame.error().text,
              EndsWith("the camera answered 401 Unauthorized; it does not accept "
                       "this username and password"));
  EXPECT_THAT(frame.error().text, Not(HasSubstr("wr0ng")));
}

TEST_F(AUrlCamera, WithoutAPasswordSaysThatOneIsWanted) {
  FakeCamera server{basic};

  EXPECT_EQ(error_of(server),
            "the camera answered 401 Unauthorized; it wants a username and a password_file");
  EXPECT_EQ(fault, Fault::denied);
}

TEST_F(AUrlCamera, IgnoresTheProxyOfTheEnvironment) {
  ::setenv("http_proxy", "http://127.0.0.1:1/", 1);
  FakeCamera server{[](Connection& c) {
    c.request();
    c.picture(jpeg);
  }};

  EXPECT_TRUE(grab(spec(server.url())));
  ::unsetenv("http_proxy");
}

TEST_F(AUrlCamera, IsGrabbedOnceAtATime) {
  FakeCamera server{[](Connection& c) { c.stall(); }};
  auto const camera = make_url_camera(multi, clock, spec(server.url()));
  std::optional<Result<Frame>> first;
  boost::asio::co_spawn(loop, camera->grab(),
                        [&](std::exception_ptr, Result<Frame> frame) { first = std::move(frame); });

  auto const second = grab(*camera);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::busy);
  loop.restart();
  loop.run_for(2s);
  EXPECT_TRUE(first);
}

TEST_F(AUrlCamera, OfWhichFiftyHangDelaysNoOther) {
  FakeCamera hanging{[](Connection& c) { c.stall(); }};
  FakeCamera good{[](Connection& c) {
    while (!c.request().empty()) c.picture(jpeg);
  }};
  std::vector<std::unique_ptr<Camera>> cameras;
  for (int i = 0; i < 50; ++i) {
    auto slow = spec(hanging.url());
    slow.stall_timeout = 1500ms;
    cameras.push_back(make_url_camera(multi, clock, slow));
    boost::asio::co_spawn(loop, cameras.back()->grab(), [](std::exception_ptr, Result<Frame>) {});
  }
  auto const camera = make_url_camera(multi, clock, spec(good.url()));

  auto const begun = std::chrono::steady_clock::now();
  auto const frame = grab(*camera);

  EXPECT_TRUE(frame);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s) << "less than a stall takes";
  loop.restart();
  loop.run_for(3s);
}

TEST_F(AUrlCamera, OfACancelledGrabCanBeGrabbedAgain) {
  std::atomic<bool> good{false};
  FakeCamera server{[&](Connection& c) {
    c.request();
    if (good)
      c.picture(jpeg);
    else
      c.stall();
  }};
  auto const camera = make_url_camera(multi, clock, spec(server.url()));
  boost::asio::cancellation_signal cancel;
  bool cancelled = false;
  boost::asio::co_spawn(
      loop, camera->grab(),
      boost::asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr e, Result<Frame>) { cancelled = e != nullptr; }));
  boost::asio::steady_timer timer{loop, 50ms};
  timer.async_wait([&](auto) { cancel.emit(boost::asio::cancellation_type::terminal); });
  loop.run_for(1s);
  EXPECT_TRUE(cancelled);

  good = true;
  EXPECT_TRUE(grab(*camera));
}

}  // namespace
}  // namespace snapcron
