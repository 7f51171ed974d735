#include "capture/warm_camera.hpp"

#include "support/await.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <deque>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
namespace asio = boost::asio;

/// A clock that stands still until it is moved.
struct StandingClock : Clock {
  Moment now() const override { return {Steady{at}, Instant{at}}; }
  Duration at = 1000s;
};

/// Sends what it is told to when it is opened; then breaks, or hangs.
struct ScriptedStream : FrameStream {
  struct Opening {
    std::vector<Duration> frames;
    std::string error;  // empty: hangs until it is closed
  };
  std::deque<Opening>& script;
  asio::io_context& loop;

  ScriptedStream(std::deque<Opening>& s, asio::io_context& l) : script(s), loop(l) {}
  asio::awaitable<Result<void>> run(Take take) override {
    Opening opening;
    if (!script.empty()) {
      opening = script.front();
      script.pop_front();
    }
    for (auto const at : opening.frames) {
      Frame frame;
      frame.bytes = std::make_shared<std::string const>("frame");
      frame.captured = {Steady{at}, Instant{at}};
      if (!take(std::move(frame))) co_return Result<void>{};
    }
    if (!opening.error.empty()) co_return Error{Fault::failed, opening.error};
    asio::steady_timer forever{loop, asio::steady_timer::time_point::max()};
    co_await forever.async_wait(asio::use_awaitable);
    co_return Result<void>{};
  }
};

class AWarmCamera : public testing::Test {
 protected:
  void opens(std::deque<ScriptedStream::Opening> openings) {
    script = std::move(openings);
    CameraSpec spec;
    spec.name = "door";
    spec.buffer = BufferSpec{.seconds = 1min, .fps = 30};
    spec.stale_after = stale_after;
    camera = std::make_shared<WarmCamera>(loop, clock, spec,
                                          std::make_unique<ScriptedStream>(script, loop));
    camera->start([this](auto const& lost) { said.push_back(lost ? lost->text : "found"); },
                  [this] { over = true; });
  }
  /// Turns the loop until nothing happens without time.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) {
    }
  }
  std::optional<Frame> next(Duration from, Duration until) {
    return await(loop, camera->next(Steady{from}, Steady{until}));
  }

  asio::io_context loop{1};
  StandingClock clock;
  std::deque<ScriptedStream::Opening> script;
  std::shared_ptr<WarmCamera> camera;
  std::vector<std::string> said;
  std::optional<Duration> stale_after;
  bool over = false;
};

TEST_F(AWarmCamera, KeepsItsFramesAndSaysOnceThatItIsThere) {
  opens({{.frames = {999s, 1000s}, .error = {}}});
  settle();
  EXPECT_EQ(camera->frames().status().frames, 2u);
  EXPECT_THAT(said, ElementsAre("found"));
  EXPECT_FALSE(over);
}

TEST_F(AWarmCamera, GivesTheFirstFrameSinceATime) {
  opens({{.frames = {998s, 999s, 1000s}, .error = {}}});
  settle();
  EXPECT_EQ(next(999s, 1010s)->captured.steady, Steady{999s});
  clock.at = 1010s;
  EXPECT_FALSE(next(1001s, 1010s)) << "none came in time";
}

TEST_F(AWarmCamera, ThatShowsTheSamePictureTooLongIsLostUntilItShowsAnother) {
  stale_after = 3s;
  opens(
      {{.frames = {995s, 996s, 997s, 998s, 999s}, .error = {}}, {.frames = {1001s}, .error = {}}});
  settle();
  EXPECT_EQ(camera->frames().status().frames, 3u);
  EXPECT_THAT(said, ElementsAre("found",
                                "camera 'door': its picture has been the same, byte by "
                                "byte, for 3s (stale_after): is it frozen?"));

  EXPECT_FALSE(next(1000s, 1010s)) << "it was opened again, and is as it was";
  settle();

  EXPECT_EQ(said.size(), 2u) << "said once";
}

TEST_F(AWarmCamera, IsLostWhenItBreaksAndOpenedAgain) {
  opens({{.frames = {999s}, .error = "it broke"}, {.frames = {1001s}, .error = {}}});
  settle();
  EXPECT_THAT(said, ElementsAre("found", "it broke"));
  ASSERT_TRUE(camera->lost());

  auto const frame = next(1000s, 1010s);  // whoever waits does not wait for the pause

  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->captured.steady, Steady{1001s});
  settle();
  EXPECT_THAT(said, ElementsAre("found", "it broke", "found"));
  EXPECT_FALSE(camera->lost());
  EXPECT_EQ(camera->frames().status().frames, 2u) << "what was kept stays";
}

TEST_F(AWarmCamera, IsLostOnceHoweverOftenItCannotBeOpened) {
  opens({{.frames = {}, .error = "no route"}, {.frames = {}, .error = "no route"}});
  settle();
  clock.at = 1010s;
  EXPECT_FALSE(next(1000s, 1010s));
  settle();
  EXPECT_THAT(said, ElementsAre("no route"));
}

TEST_F(AWarmCamera, SaysSoonThatItCannotBeHad) {
  opens({{.frames = {999s}, .error = "it broke"}, {.frames = {}, .error = "no route"}});
  settle();
  EXPECT_FALSE(next(1000s, 100'000s));
  EXPECT_EQ(camera->lost()->text, "no route");
}

TEST_F(AWarmCamera, EndsWhenItIsStopped) {
  opens({{.frames = {999s}, .error = {}}});
  settle();
  camera->stop();
  settle();
  EXPECT_TRUE(over);
  EXPECT_FALSE(next(1000s, 1010s));
}

TEST(Backoff, GrowsUpToAMinute) {
  Backoff backoff{1};
  Duration last{};
  for (Duration const nominal : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    last = backoff.next();
    EXPECT_GE(last, nominal * 8 / 10);
    EXPECT_LE(last, nominal * 12 / 10);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), 1200ms);
}

}  // namespace
}  // namespace snapcron
