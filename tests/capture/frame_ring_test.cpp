#include "capture/frame_ring.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Steady after(Duration time) {
  return Steady{} + 100s + time;
}

Frame frame_at(Duration time, std::size_t bytes = 10) {
  Frame frame;
  frame.bytes = std::make_shared<std::string const>(bytes, 'x');
  frame.captured.steady = after(time);
  return frame;
}

std::vector<Duration> times(std::vector<Frame> const& frames) {
  std::vector<Duration> result;
  for (auto const& frame : frames) result.push_back(frame.captured.steady - after(0s));
  return result;
}

/// All that a ring holds.
std::vector<Duration> times(FrameRing const& ring) {
  return times(ring.before(after(1h), 2h, Duration{1}));
}

/// Frames of `fps` a second from 0 s on, up to and with `until`.
FrameRing filled(BufferSpec const& bounds, Duration period, Duration until) {
  FrameRing ring{bounds};
  for (Duration at{}; at <= until; at += period) ring.put(frame_at(at));
  return ring;
}

TEST(FrameRing, ReachesBackItsTimeAndNoFurther) {
  auto const ring = filled({.seconds = 1s, .fps = 4}, 250ms, 5s);
  EXPECT_THAT(times(ring), ElementsAre(4s, 4250ms, 4500ms, 4750ms, 5s));
}

TEST(FrameRing, HoldsNoMoreBytesThanItMay) {
  FrameRing ring{{.seconds = 1min, .max_bytes = 100, .fps = 30}};
  for (int i = 0; i < 10; ++i) ring.put(frame_at(i * 1s, 40));
  EXPECT_THAT(times(ring), ElementsAre(8s, 9s));
  EXPECT_EQ(ring.status().bytes, 80u);
}

TEST(FrameRing, KeepsTheNewestFrameHoweverLargeItIs) {
  FrameRing ring{{.seconds = 1min, .max_bytes = 100, .fps = 30}};
  ring.put(frame_at(1s, 40));
  ring.put(frame_at(2s, 500));
  EXPECT_THAT(times(ring), ElementsAre(2s));
}

TEST(FrameRing, ThinsOutAFasterCamera) {
  auto const ring = filled({.seconds = 1min, .fps = 5}, 40ms, 2s);
  EXPECT_THAT(ring.status().fps, testing::DoubleNear(5, 0.3));
}

TEST(FrameRing, KeepsEachFrameOfACameraThatIsNotQuiteRegular) {
  FrameRing ring{{.seconds = 1min, .fps = 5}};
  for (auto const at : {0ms, 204ms, 396ms, 610ms, 799ms, 1003ms}) ring.put(frame_at(at));
  EXPECT_EQ(ring.status().frames, 6u);
}

TEST(FrameRing, FindsTheFirstFrameSinceATime) {
  auto const ring = filled({.seconds = 1min, .fps = 4}, 250ms, 1s);
  EXPECT_EQ(ring.first_since(after(500ms))->captured.steady, after(500ms));
  EXPECT_EQ(ring.first_since(after(501ms))->captured.steady, after(750ms));
  EXPECT_FALSE(ring.first_since(after(1001ms)));
}

TEST(FramesBefore, AreCountedBackFromTheEdge) {
  auto const ring = filled({.seconds = 1min, .fps = 10}, 100ms, 5s);
  EXPECT_THAT(times(ring.before(after(3050ms), 1s, 500ms)), ElementsAre(2500ms, 3s));
  EXPECT_THAT(
      times(ring.before(after(3050ms), 1s, 100ms)),
      ElementsAre(2100ms, 2200ms, 2300ms, 2400ms, 2500ms, 2600ms, 2700ms, 2800ms, 2900ms, 3s));
}

TEST(FramesBefore, AlwaysHaveTheOneNextToTheEdge) {
  auto const ring = filled({.seconds = 1min, .fps = 1}, 1s, 5s);
  EXPECT_THAT(times(ring.before(after(3900ms), 200ms, 500ms)), ElementsAre(3s));
}

TEST(FramesBefore, AreNoneOfACameraThatWasGoneByThen) {
  auto const ring = filled({.seconds = 5s, .fps = 1}, 1s, 5s);
  EXPECT_THAT(times(ring.before(after(10s), 1s, 1s)), ElementsAre(5s));
  EXPECT_THAT(ring.before(after(10001ms), 1s, 1s), IsEmpty());
}

TEST(FramesBefore, AreNoneWhenTheCameraCameLater) {
  FrameRing ring{{}};
  EXPECT_THAT(ring.before(after(0s), 5s, 1s), IsEmpty());
  ring.put(frame_at(1s));
  EXPECT_THAT(ring.before(after(999ms), 5s, 1s), IsEmpty());
}

TEST(FrameRing, TellsWhatItHolds) {
  auto const status = filled({.seconds = 2s, .fps = 4}, 250ms, 5s).status();
  EXPECT_EQ(status.frames, 9u);
  EXPECT_EQ(status.bytes, 90u);
  EXPECT_EQ(status.span, 2s);
  EXPECT_DOUBLE_EQ(status.fps, 4);
  EXPECT_EQ(FrameRing{{}}.status().frames, 0u);
}

}  // namespace
}  // namespace snapcron
