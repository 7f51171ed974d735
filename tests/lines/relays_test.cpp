#include "lines/relays.hpp"

#include "lines/fake_gpio.hpp"
#include "lines/relay_safe.hpp"
#include "sim/chip.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include <fstream>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using test::FakeGpio;
using test::ManualClock;
using test::run_ready;
using test::run_until;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = RelayCommand::Kind;

RelaySpec relay(unsigned number, std::string const& line) {
  RelaySpec spec;
  spec.number = number;
  spec.name = "r" + std::to_string(number);
  spec.line = {"chip", line};
  return spec;
}
RelayCommand command(Kind kind) {
  RelayCommand command;
  command.kind = kind;
  return command;
}
RelayCommand pulse(Duration duration, unsigned count = 1) {
  RelayCommand command;
  command.duration = duration;
  command.count = count;
  command.gap = duration;
  return command;
}

class RelaysTest : public testing::Test {
 protected:
  /// Moves the clock and lets the timers, which count real time, come after it.
  bool after(Duration time, std::function<bool()> const& done) {
    clock_.advance(time);
    return run_until(loop_, done);
  }

  boost::asio::io_context loop_;
  FakeGpio gpio_;
  ManualClock clock_;
  std::vector<std::pair<unsigned, bool>> changes_;
  std::vector<std::string> problems_;
  Relays relays_{loop_, gpio_, clock_,
                 [this](unsigned number, bool on) { changes_.emplace_back(number, on); },
                 [this](RelaySpec const&, std::string const& text) { problems_.push_back(text); }};
};

TEST_F(RelaysTest, ANewRelayGetsItsInitialLevelInTheRequestItself) {
  auto spec = relay(1, "22");
  spec.initial = true;
  ASSERT_TRUE(relays_.configure({spec, relay(2, "23")}));
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 on", "request 23 off"));
  EXPECT_TRUE(relays_.on(1));
  EXPECT_FALSE(relays_.on(2));
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(RelaysTest, ACommandDrivesTheLineAtOnceAndSaysSo) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  ASSERT_TRUE(relays_.command(1, command(Kind::toggle)));
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off", "set 22 on", "set 22 off"));
  EXPECT_THAT(changes_, ElementsAre(std::pair{1u, true}, std::pair{1u, false}));
}

TEST_F(RelaysTest, AnUnknownRelayIsNotFound) {
  EXPECT_EQ(relays_.command(7, command(Kind::on)).error().fault, Fault::not_found);
  EXPECT_FALSE(relays_.on(7));
}

TEST_F(RelaysTest, APulseEndsByItself) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, pulse(20ms)));
  EXPECT_TRUE(relays_.on(1));
  EXPECT_TRUE(relays_.pulsing());

  EXPECT_TRUE(after(20ms, [&] { return !relays_.on(1); }));

  EXPECT_FALSE(relays_.pulsing());
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off", "set 22 on", "set 22 off"));
  EXPECT_EQ(loop_.run_for(30ms), 0u);
}

TEST_F(RelaysTest, APulseTrainRunsThrough) {
  SystemClock real;
  Relays relays{loop_, gpio_, real,
                [this](unsigned number, bool on) { changes_.emplace_back(number, on); },
                [](auto&&...) {}};
  ASSERT_TRUE(relays.configure({relay(1, "22")}));
  ASSERT_TRUE(relays.command(1, pulse(5ms, 3)));
  EXPECT_TRUE(run_until(loop_, [&] { return !relays.pulsing(); }));
  EXPECT_EQ(changes_.size(), 6u);
  EXPECT_FALSE(gpio_.lines["22"].level);
}

TEST_F(RelaysTest, MaxOnCutsARelayOffAndSaysSo) {
  auto spec = relay(1, "22");
  spec.max_on = 20ms;
  ASSERT_TRUE(relays_.configure({spec}));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  EXPECT_TRUE(after(20ms, [&] { return !relays_.on(1); }));
  EXPECT_THAT(problems_, ElementsAre("relay r1 was on for its max_on of 20ms: switched off"));
}

TEST_F(RelaysTest, AReloadKeepsAPulseUnderWayAndAppliesWhatNeedsNoRequest) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, pulse(20ms)));
  gpio_.log.clear();
  auto changed = relay(1, "22");
  changed.name = "strike";
  changed.max_on = 10s;
  changed.on_exit = true;

  ASSERT_TRUE(relays_.configure({changed}));

  EXPECT_THAT(gpio_.log, IsEmpty());
  EXPECT_TRUE(relays_.pulsing());
  EXPECT_TRUE(after(20ms, [&] { return !relays_.on(1); }));
}

TEST_F(RelaysTest, AShorterMaxOnAppliesToARelayThatIsOn) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  clock_.advance(1s);
  auto changed = relay(1, "22");
  changed.max_on = 500ms;
  ASSERT_TRUE(relays_.configure({changed}));
  EXPECT_TRUE(run_until(loop_, [&] { return !relays_.on(1); }));
}

TEST_F(RelaysTest, ARelayThatWentIsDrivenToItsOnExitAndReleased) {
  auto spec = relay(1, "22");
  spec.on_exit = true;
  ASSERT_TRUE(relays_.configure({spec}));
  ASSERT_TRUE(relays_.configure({relay(2, "23")}));
  EXPECT_THAT(gpio_.log,
              ElementsAre("request 22 off", "request 23 off", "set 22 on", "release 22"));
  EXPECT_FALSE(relays_.command(1, command(Kind::on)));
}

TEST_F(RelaysTest, ALineThatCannotBeHadChangesNothing) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  gpio_.refuse["24"] = {Fault::busy, "line 24 is held by gpioset"};
  gpio_.log.clear();

  auto const changed = relays_.configure({relay(2, "23"), relay(3, "24")});

  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().text, "line 24 is held by gpioset");
  EXPECT_TRUE(gpio_.lines["22"].level);
  EXPECT_TRUE(gpio_.lines["22"].held);
  EXPECT_FALSE(gpio_.lines["23"].held);
  EXPECT_TRUE(relays_.on(1));
}

TEST_F(RelaysTest, APolarityChangeRequestsTheLineAgain) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  auto changed = relay(1, "22");
  changed.active_low = true;
  auto const done = relays_.configure({changed});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_THAT(gpio_.log,
              ElementsAre("request 22 off", "set 22 off", "release 22", "request 22 off"));
}

TEST_F(RelaysTest, TheEndDrivesEveryRelayToItsOnExitAndLetsPulsesEnd) {
  auto kept_on = relay(2, "23");
  kept_on.on_exit = true;
  ASSERT_TRUE(relays_.configure({relay(1, "22"), kept_on, relay(3, "24")}));
  ASSERT_TRUE(relays_.command(1, pulse(20ms)));
  ASSERT_TRUE(relays_.command(3, command(Kind::on)));

  relays_.stop();

  EXPECT_TRUE(gpio_.lines["22"].level);
  EXPECT_TRUE(gpio_.lines["23"].level);
  EXPECT_FALSE(gpio_.lines["24"].level);
  EXPECT_EQ(relays_.command(3, command(Kind::on)).error().fault, Fault::refused);

  bool finished = false;
  boost::asio::co_spawn(loop_, relays_.finish(5s), [&](std::exception_ptr) { finished = true; });
  run_ready(loop_);
  EXPECT_FALSE(finished);
  EXPECT_TRUE(after(20ms, [&] { return finished; }));
  EXPECT_FALSE(gpio_.lines["22"].level);
}

TEST_F(RelaysTest, TheEndDoesNotWaitLongerThanItMay) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  ASSERT_TRUE(relays_.command(1, pulse(1h)));
  relays_.stop();
  bool finished = false;
  boost::asio::co_spawn(loop_, relays_.finish(20ms), [&](std::exception_ptr) { finished = true; });
  EXPECT_TRUE(run_until(loop_, [&] { return finished; }));
  EXPECT_FALSE(gpio_.lines["22"].level);
}

TEST_F(RelaysTest, ACommandOnAVanishedChipFailsAndIsNotMadeUpLater) {
  ASSERT_TRUE(relays_.configure({relay(1, "22")}));
  gpio_.gone = true;

  auto const done = relays_.command(1, command(Kind::on));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::gone);
  EXPECT_FALSE(relays_.on(1));
  EXPECT_FALSE(relays_.available(1));
  EXPECT_THAT(problems_, ElementsAre("line 22: its chip is gone; waiting for it to come back"));
  gpio_.gone = false;
  EXPECT_TRUE(run_until(loop_, [&] { return relays_.available(1); }));
  EXPECT_FALSE(gpio_.lines["22"].level);
  EXPECT_TRUE(relays_.command(1, command(Kind::on)));
}

TEST_F(RelaysTest, AVanishedRelayComesBackAsItShouldBe) {
  std::filesystem::path const folder = testing::TempDir() + "relays-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  gpio_.device = folder / "gpiochip0";
  ASSERT_TRUE(relays_.configure({relay(1, "22"), relay(2, "23"), relay(3, "24")}));
  ASSERT_TRUE(relays_.command(1, command(Kind::on)));
  ASSERT_TRUE(relays_.command(2, pulse(20ms)));
  ASSERT_TRUE(relays_.command(3, command(Kind::on)));
  gpio_.gone = true;
  std::ofstream{gpio_.device} << "";
  EXPECT_TRUE(run_until(loop_, [&] { return !relays_.available(1); }));

  EXPECT_TRUE(after(20ms, [&] { return !relays_.on(2); }));  // the pulse ends without its chip
  EXPECT_FALSE(relays_.command(3, command(Kind::off)));      // this much is kept in mind
  gpio_.log.clear();
  gpio_.gone = false;
  std::filesystem::remove(gpio_.device);
  EXPECT_TRUE(run_until(
      loop_, [&] { return relays_.available(1); }, 900ms));

  EXPECT_THAT(gpio_.log, ElementsAre("request 22 on", "request 23 off", "request 24 off"));
  EXPECT_THAT(problems_.back(), HasSubstr("relay r3 is back, off"));
  std::filesystem::remove_all(folder);
}

TEST_F(RelaysTest, DestructionLeavesTheLevelToTheHardware) {
  {
    Relays relays{loop_, gpio_, clock_, [](auto&&...) {}, [](auto&&...) {}};
    ASSERT_TRUE(relays.configure({relay(1, "22")}));
    ASSERT_TRUE(relays.command(1, command(Kind::on)));
  }
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off", "set 22 on", "release 22"));
}

TEST(RelaySafe, DrivesEachRelayToItsOnExitAndSaysWhichItCouldNot) {
  std::filesystem::path const state = testing::TempDir() + "safe-" + std::to_string(::getpid());
  SimChip daemon{state}, tool{state};
  auto held = relay(1, "22"), dead = relay(2, "23"), kept_on = relay(3, "24");
  kept_on.on_exit = true;
  kept_on.active_low = true;
  auto const line = daemon.request_output(held, true);
  daemon.request_output(dead, true)->reset();  // let go while it was on

  auto const results = drive_to_on_exit(tool, {held, dead, kept_on});

  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].error().fault, Fault::busy);
  EXPECT_EQ(*results[1], "relay r2 is off: simulated line '23'");
  EXPECT_EQ(*results[2], "relay r3 is on: simulated line '24'");
  EXPECT_THAT(SimChip::levels(state),
              ElementsAre(std::pair{std::string{"22"}, true}, std::pair{std::string{"23"}, false},
                          std::pair{std::string{"24"}, false}));
  std::filesystem::remove(state);
}

}  // namespace
}  // namespace snapcron
