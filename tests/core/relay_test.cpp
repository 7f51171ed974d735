#include "core/relay.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <vector>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Kind = RelayCommand::Kind;

Steady at(Duration since_start) {
  return Steady{1h + since_start};
}

RelayCommand pulse(Duration duration, unsigned count = 1, Duration gap = 500ms) {
  return {.kind = Kind::pulse, .duration = duration, .count = count, .gap = gap};
}
RelayCommand set(Kind kind) {
  return {.kind = kind};
}

/// A level and since when it was driven.
struct Driven {
  bool on;
  Duration since;
  friend bool operator==(Driven const&, Driven const&) = default;
  friend std::ostream& operator<<(std::ostream& out, Driven const& d) {
    return out << (d.on ? "on" : "off") << "@" << d.since / 1ms << "ms";
  }
};
Driven on(Duration since) {
  return {true, since};
}
Driven off(Duration since) {
  return {false, since};
}

class RelayTest : public testing::Test {
 protected:
  Relay relay{false, std::nullopt, at(0s)};
  std::vector<Driven> history;

  void note(Duration time) {
    if (history.empty() ? relay.on() : history.back().on != relay.on())
      history.push_back({relay.on(), time});
  }
  void command(RelayCommand const& c, Duration time) {
    advance(time);
    relay.command(c, at(time));
    note(time);
  }
  /// As the loop does: wakes whenever the relay asks for it.
  void advance(Duration until) {
    while (relay.wakes_at() && *relay.wakes_at() <= at(until)) {
      auto const wake = *relay.wakes_at();
      relay.tick(wake);
      note(wake - at(0s));
    }
  }
};

TEST_F(RelayTest, APulseEndsByItself) {
  command(pulse(500ms), 1s);
  EXPECT_TRUE(relay.pulsing());
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(1s), off(1500ms)));
  EXPECT_FALSE(relay.pulsing());
  EXPECT_FALSE(relay.wakes_at());
}

TEST_F(RelayTest, OnStaysUntilOff) {
  command(set(Kind::on), 1s);
  EXPECT_FALSE(relay.wakes_at());
  command(set(Kind::off), 1h);

  EXPECT_THAT(history, ElementsAre(on(1s), off(1h)));
}

TEST_F(RelayTest, ToggleTurnsWhatIsDrivenNow) {
  command(set(Kind::toggle), 1s);
  command(set(Kind::toggle), 2s);
  command(pulse(10s), 3s);
  command(set(Kind::toggle), 4s);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(1s), off(2s), on(3s), off(4s)));
}

TEST_F(RelayTest, APulseDuringAPulseStartsAnewWithoutLettingGo) {
  command(pulse(500ms), 0ms);
  command(pulse(500ms), 400ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms), off(900ms)));
}

TEST_F(RelayTest, AShorterPulseShortensTheOneUnderWay) {
  command(pulse(10s), 0s);
  command(pulse(100ms), 1s);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0s), off(1100ms)));
}

TEST_F(RelayTest, OnDuringAPulseStays) {
  command(pulse(500ms), 0ms);
  command(set(Kind::on), 100ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms)));
}

TEST_F(RelayTest, APulseOnARelayThatIsOnEndsByLettingGo) {
  command(set(Kind::on), 0s);
  command(pulse(500ms), 1s);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0s), off(1500ms)));
}

TEST_F(RelayTest, ATrainHasItsPulsesAndGaps) {
  command(pulse(100ms, 3, 50ms), 0ms);
  advance(1min);

  EXPECT_THAT(history,
              ElementsAre(on(0ms), off(100ms), on(150ms), off(250ms), on(300ms), off(400ms)));
  EXPECT_FALSE(relay.wakes_at());
}

TEST_F(RelayTest, OffDuringATrainEndsIt) {
  command(pulse(100ms, 3, 50ms), 0ms);
  command(set(Kind::off), 120ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms), off(100ms)));
}

TEST_F(RelayTest, ALateTickSwallowsNoPulse) {
  relay.command(pulse(100ms, 2, 100ms), at(0ms));
  for (auto const time : {450ms, 460ms, 550ms, 650ms}) {  // the loop was held up until 450
    relay.tick(at(time));
    note(time);
  }

  EXPECT_THAT(history, ElementsAre(on(550ms), off(650ms)));
  EXPECT_FALSE(relay.pulsing());
}

TEST_F(RelayTest, MaxOnLetsGoAndSaysSoOnce) {
  relay.set_max_on(10s);
  command(set(Kind::on), 0s);
  EXPECT_EQ(relay.wakes_at(), at(10s));
  EXPECT_FALSE(relay.take_cut_off());
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0s), off(10s)));
  EXPECT_TRUE(relay.take_cut_off());
  EXPECT_FALSE(relay.take_cut_off());
}

TEST_F(RelayTest, NoCommandProlongsMaxOn) {
  relay.set_max_on(1s);
  command(set(Kind::on), 0ms);
  for (auto const time : {300ms, 600ms, 900ms}) command(pulse(500ms), time);
  command(set(Kind::on), 950ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms), off(1s)));
}

TEST_F(RelayTest, ACommandThatOvertakesTheTickIsCutOffAtOnce) {
  relay.set_max_on(1s);
  relay.command(pulse(900ms), at(0ms));
  relay.command(pulse(900ms), at(800ms));

  relay.command(pulse(900ms), at(1200ms));  // the tick of 1 s has not run yet

  EXPECT_FALSE(relay.on());
  EXPECT_TRUE(relay.take_cut_off());
  relay.command(pulse(900ms), at(1300ms));  // a new time on
  EXPECT_TRUE(relay.on());
}

TEST_F(RelayTest, MaxOnEndsAWholeTrain) {
  relay.set_max_on(200ms);
  command(pulse(300ms, 5, 50ms), 0ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms), off(200ms)));
  EXPECT_FALSE(relay.pulsing());
}

TEST_F(RelayTest, APulseAsLongAsMaxOnIsNotCutOff) {
  relay.set_max_on(200ms);
  command(pulse(200ms, 2, 50ms), 0ms);
  advance(1min);

  EXPECT_THAT(history, ElementsAre(on(0ms), off(200ms), on(250ms), off(450ms)));
  EXPECT_FALSE(relay.take_cut_off());
}

TEST_F(RelayTest, MaxOnHoldsForARelayThatIsOnAtTheStart) {
  Relay on_at_start{true, 5s, at(0s)};
  EXPECT_EQ(on_at_start.wakes_at(), at(5s));
  on_at_start.tick(at(5s));
  EXPECT_FALSE(on_at_start.on());
}

TEST(RelayState, ARelayTakenUpFromWhereAnotherStoodGoesOnAsThatOneWouldHave) {
  Relay first{false, 10s, at(0s)};
  first.command(pulse(2s, 3, 1s), at(1s));
  first.tick(at(3s));  // the first pulse is over

  Relay second{first.state(), 10s};

  EXPECT_EQ(second.state(), first.state());
  while (first.pulsing()) {
    ASSERT_EQ(second.wakes_at(), first.wakes_at());
    auto const now = *first.wakes_at();
    first.tick(now);
    second.tick(now);
    EXPECT_EQ(second.on(), first.on());
  }
  EXPECT_FALSE(second.pulsing());
}

TEST(RelayState, ThePastOnTimeCountsForMaxOn) {
  Relay first{false, 10s, at(0s)};
  first.command(set(Kind::on), at(1s));
  Relay second{first.state(), 10s};
  EXPECT_EQ(second.wakes_at(), at(11s));
}

}  // namespace
}  // namespace snapcron
