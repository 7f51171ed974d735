#include "core/input.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr bool high = true, low = false;
constexpr Instant midnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

/// Time in these tests is counted from the daemon's start.
Steady at(Duration since_start) {
  return Steady{1h + since_start};
}
Moment now(Duration since_start) {
  return {at(since_start), midnight + since_start};
}

class InputTest : public testing::Test {
 protected:
  Input input{1, low, now(0s), 20ms};
  std::vector<InputEdge> settled;

  void edge(bool level, Duration stamp) { edge(level, stamp, stamp); }
  void edge(bool level, Duration stamp, Duration handed_in) {
    input.edge(level, at(stamp), now(handed_in), settled);
  }
  void settle(Duration time) { input.settle(now(time), settled); }
  static InputEdge rises(Duration stamp) { return {1, high, at(stamp)}; }
  static InputEdge falls(Duration stamp) { return {1, low, at(stamp)}; }
};

TEST_F(InputTest, WithoutDebounceEveryEdgeCounts) {
  input.set_debounce(0ms);

  edge(high, 1ms);
  edge(low, 2ms);

  EXPECT_THAT(settled, ElementsAre(rises(1ms), falls(2ms)));
  EXPECT_EQ(input.counters().edges, 2u);
  EXPECT_EQ(input.counters().pulses, 1u);
  EXPECT_FALSE(input.settles_at());
}

TEST_F(InputTest, AnEdgeSettlesAfterTheDebounceTimeWithItsOwnStamp) {
  edge(high, 100ms);

  EXPECT_EQ(input.settles_at(), at(120ms));
  settle(119ms);
  EXPECT_THAT(settled, IsEmpty());
  EXPECT_FALSE(input.high());
  settle(120ms);
  EXPECT_THAT(settled, ElementsAre(rises(100ms)));
  EXPECT_TRUE(input.high());
  EXPECT_EQ(input.since(), at(100ms));
  EXPECT_FALSE(input.settles_at());
}

TEST_F(InputTest, ABouncingContactSettlesOnceFromItsLastEdge) {
  for (auto const ms : {0, 4, 8}) {
    edge(high, std::chrono::milliseconds{ms});
    edge(low, std::chrono::milliseconds{ms + 2});
  }
  edge(high, 12ms);

  EXPECT_EQ(input.settles_at(), at(32ms));
  settle(1s);
  EXPECT_THAT(settled, ElementsAre(rises(12ms)));
  EXPECT_EQ(input.counters().edges, 1u);
}

TEST_F(InputTest, ASpikeSettlesNothing) {
  edge(high, 5ms);
  edge(low, 6ms);
  settle(1s);

  EXPECT_THAT(settled, IsEmpty());
  EXPECT_EQ(input.counters().edges, 0u);
}

TEST_F(InputTest, ABatchHandedInLateIsJudgedByItsStamps) {
  edge(high, 100ms, 900ms);  // stable for 200 ms, though the loop saw it only now
  edge(low, 300ms, 900ms);
  edge(high, 310ms, 900ms);  // a bounce
  edge(low, 315ms, 900ms);
  settle(900ms);

  EXPECT_THAT(settled, ElementsAre(rises(100ms), falls(315ms)));
  EXPECT_EQ(input.counters().last_duration, 215ms);
  EXPECT_EQ(input.counters().changed, midnight + 315ms);
}

TEST_F(InputTest, AnEdgeExactlyAtTheDeadlineComesTooLateToBounce) {
  edge(high, 100ms);
  edge(low, 120ms);

  EXPECT_THAT(settled, ElementsAre(rises(100ms)));
}

TEST_F(InputTest, AnEdgeToTheLevelThatHoldsIsNoChange) {
  edge(low, 10ms);  // its rising edge got lost

  EXPECT_FALSE(input.settles_at());
  settle(1s);
  EXPECT_THAT(settled, IsEmpty());
}

TEST_F(InputTest, ALostEdgeWhileWaitingStartsTheWaitAnew) {
  edge(high, 10ms);
  edge(high, 15ms);  // it must have fallen in between

  EXPECT_EQ(input.settles_at(), at(35ms));
}

TEST_F(InputTest, AContactActiveAtTheStartIsNoEdge) {
  Input closed{1, high, now(0s), 0ms};

  closed.edge(high, at(1ms), now(1ms), settled);

  EXPECT_THAT(settled, IsEmpty());
  EXPECT_EQ(closed.read(), (InputReading{1, high, high, 0, midnight}));
}

TEST_F(InputTest, AReadTellsTheLevelThePreviousReadSawAndThePulsesSince) {
  input.set_debounce(0ms);
  EXPECT_EQ(input.read(), (InputReading{1, low, low, 0, midnight}));

  for (auto const s : {1s, 3s}) {
    edge(high, s);
    edge(low, s + 1s);
  }
  edge(high, 5s);

  EXPECT_EQ(input.peek(), (InputReading{1, high, low, 2, midnight + 5s}));
  EXPECT_EQ(input.read(), (InputReading{1, high, low, 2, midnight + 5s}));
  EXPECT_EQ(input.read(), (InputReading{1, high, high, 0, midnight + 5s}));
  edge(low, 6s);
  EXPECT_EQ(input.read(), (InputReading{1, low, high, 1, midnight + 6s}));
  EXPECT_EQ(input.counters().pulses, 3u);  // reading takes nothing from the counters
}

TEST_F(InputTest, BeforeTheFirstReadPulsesCountFromTheStartAndLastIsTheLevelAtTheStart) {
  Input closed{4, high, now(0s), 0ms};
  closed.edge(low, at(2s), now(2s), settled);

  EXPECT_EQ(closed.peek(), (InputReading{4, low, high, 1, midnight + 2s}));
  EXPECT_EQ(closed.counters().last_duration, 2s);
}

TEST_F(InputTest, ARereadAfterLostEdgesFindsTheTrueLevel) {
  edge(high, 10ms);
  input.reread(high, 7, now(15ms), settled);

  EXPECT_THAT(settled, ElementsAre(rises(15ms)));
  EXPECT_EQ(input.counters().lost, 7u);
  EXPECT_FALSE(input.settles_at());  // nothing waits any more
}

TEST_F(InputTest, ARereadOfTheSameLevelIsNoChange) {
  edge(high, 10ms);
  input.reread(low, 2, now(15ms), settled);
  settle(1s);

  EXPECT_THAT(settled, IsEmpty());
  EXPECT_EQ(input.counters().lost, 2u);
}

TEST_F(InputTest, ARereadKnowsWhatLaterEdgesMean) {
  input.reread(high, 1, now(10ms), settled);
  edge(high, 12ms);
  settle(1s);

  EXPECT_THAT(settled, ElementsAre(rises(10ms)));
}

TEST_F(InputTest, ANewDebounceTimeHoldsForTheWaitUnderWay) {
  edge(high, 10ms);
  input.set_debounce(50ms);
  EXPECT_EQ(input.settles_at(), at(60ms));

  input.set_debounce(0ms);
  settle(15ms);
  EXPECT_THAT(settled, ElementsAre(rises(10ms)));
}

TEST_F(InputTest, TheWallTimeOfAChangeIsThatOfItsEdge) {
  input.set_debounce(0ms);
  edge(high, 100ms, 400ms);

  EXPECT_EQ(input.counters().changed, midnight + 100ms);
  EXPECT_FALSE(input.counters().last_duration);
}

}  // namespace
}  // namespace snapcron
