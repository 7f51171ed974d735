// The guard's own side, without a process: a chip and a clock of the test's, and a daemon that the
// test plays.
#include "guard/guard.hpp"

#include "guard/relays.hpp"
#include "lines/fake_gpio.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using namespace guard;
using test::FakeGpio;
using test::ManualClock;
using test::pulse;
using test::relay;
using test::run_ready;
using test::run_until;
using test::steady;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = RelayCommand::Kind;

class GuardTest : public testing::Test {
 protected:
  GuardTest() { begin(); }

  void begin() {
    auto listener = listen_at(socket_);
    EXPECT_TRUE(listener);
    guard_.emplace(
        loop_, gpio_, clock_, std::move(*listener), socket_,
        [this](std::string const& t) { said_.push_back(t); }, [this] { ended_ = true; }, 50ms);
  }

  Descriptor connect() {
    auto connection = connect_to(socket_);
    EXPECT_TRUE(connection);
    return std::move(*connection);
  }
  /// What is there to be read on `connection`; the last of it if it is an answer.
  std::optional<Answer> ask(Descriptor const& connection, Request const& request) {
    EXPECT_EQ(send(connection.get(), encode(request)), Sent::yes);
    run_ready(loop_);
    std::optional<Answer> answer;
    for (auto const& reply : read(connection))
      if (auto const* a = std::get_if<Answer>(&reply)) answer = *a;
    return answer;
  }
  std::vector<Reply> read(Descriptor const& connection) {
    Inbox inbox;
    std::vector<Reply> replies;
    while (inbox.receive(connection.get()) == Received::message) {
      auto reply = decode_reply(inbox.message());
      EXPECT_TRUE(reply);
      if (reply) replies.push_back(*reply);
    }
    return replies;
  }
  bool closed(Descriptor const& connection) {
    Inbox inbox;
    Received received;
    while ((received = inbox.receive(connection.get())) == Received::message) {
    }
    return received == Received::end;
  }
  bool after(Duration time, std::function<bool()> const& done) {
    clock_.advance(time);
    return run_until(loop_, done);
  }

  TemporaryFolder folder_;
  std::filesystem::path socket_ = folder_.path() / "sock.guard";
  boost::asio::io_context loop_;
  FakeGpio gpio_;
  ManualClock clock_;
  std::vector<std::string> said_;
  bool ended_ = false;
  std::optional<Guard> guard_;
};

TEST_F(GuardTest, TheDaemonsRelaysAreHeldAndSwitched) {
  auto const daemon = connect();
  auto const had = ask(daemon, Configure{{relay(1, "22")}, {}});
  ASSERT_TRUE(had && !had->error);
  ASSERT_EQ(had->relays.size(), 1u);
  EXPECT_THAT(had->relays[0].description, HasSubstr("fake line 22"));

  auto const done = ask(daemon, Switch{1, pulse(10s)});

  ASSERT_TRUE(done && !done->error);
  EXPECT_TRUE(done->relays.at(0).state.on);
  EXPECT_EQ(done->relays.at(0).state.phase_ends, clock_.now().steady + 10s);
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off", "set 22 on"));
}

TEST_F(GuardTest, APulsesEndIsReported) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  ask(daemon, Switch{1, pulse(20ms)});
  ASSERT_TRUE(after(20ms, [&] { return !gpio_.lines["22"].level; }));
  auto const news = read(daemon);
  ASSERT_EQ(news.size(), 1u);
  EXPECT_FALSE(std::get<Report>(news[0]).relay.state.on);
}

TEST_F(GuardTest, WhenTheDaemonDiesPulsesGoOnToTheirDeadlineAndTheOthersGoToOnExitAtOnce) {
  auto daemon = connect();
  auto lamp = relay(2, "23");
  lamp.on_exit = true;
  ask(daemon, Configure{{relay(1, "22"), lamp, relay(3, "24")}, {}});
  ask(daemon, Switch{1, pulse(300ms)});
  ask(daemon, Switch{3, steady(Kind::on)});

  daemon = {};
  run_ready(loop_);

  EXPECT_TRUE(gpio_.lines["22"].level);
  EXPECT_TRUE(gpio_.lines["23"].level);
  EXPECT_FALSE(gpio_.lines["24"].level);
  EXPECT_FALSE(ended_);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("a pulse under way ends at its deadline")));
  EXPECT_TRUE(after(300ms, [&] { return ended_; }));
  EXPECT_FALSE(gpio_.lines["22"].level);
}

TEST_F(GuardTest, ANewDaemonFindsThePulseUnderWayAndTheLineUntouched) {
  auto first = connect();
  ask(first, Configure{{relay(1, "22"), relay(2, "23")}, {}});
  ask(first, Switch{1, pulse(10s)});
  auto const deadline = clock_.now().steady + 10s;
  first = {};
  run_ready(loop_);
  gpio_.log.clear();
  clock_.advance(4s);

  auto const second = connect();
  auto const taken = ask(second, Configure{{relay(1, "22"), relay(2, "23")}, {}});

  ASSERT_TRUE(taken && !taken->error);
  EXPECT_TRUE(taken->relays.at(0).state.on);
  EXPECT_EQ(taken->relays.at(0).state.phase_ends, deadline);
  EXPECT_THAT(gpio_.log, IsEmpty());
  EXPECT_TRUE(ask(second, Switch{1, steady(Kind::off)}));
  EXPECT_THAT(gpio_.log, ElementsAre("set 22 off"));
}

TEST_F(GuardTest, ATakeoverMayComeBeforeTheOldDaemonsEndIsSeen) {
  auto const first = connect();
  ask(first, Configure{{relay(1, "22")}, {}});
  ask(first, Switch{1, steady(Kind::on)});
  auto const second = connect();
  ASSERT_TRUE(ask(second, Configure{{relay(1, "22")}, {}}));
  EXPECT_TRUE(closed(first));
  EXPECT_FALSE(gpio_.lines["22"].level) << "on_exit and initial";
  EXPECT_FALSE(ended_);
}

TEST_F(GuardTest, ARelayWithoutAPulseBeginsAnewWithTheNewDaemon) {
  auto bell = relay(1, "22");
  bell.initial = true;
  auto first = connect();
  ask(first, Configure{{bell}, {}});
  first = {};
  run_ready(loop_);
  EXPECT_FALSE(gpio_.lines["22"].level);
  auto const second = connect();
  ask(second, Configure{{bell}, {}});
  EXPECT_TRUE(gpio_.lines["22"].level);
}

TEST_F(GuardTest, ATakeoverWithOtherRelaysRequestsOnlyWhatChanged) {
  auto first = connect();
  ask(first, Configure{{relay(1, "22"), relay(2, "23")}, {}});
  ask(first, Switch{1, pulse(10s)});
  first = {};
  run_ready(loop_);
  gpio_.log.clear();
  auto const second = connect();
  ask(second, Configure{{relay(1, "22"), relay(3, "24")}, {}});
  EXPECT_THAT(gpio_.log, ElementsAre("request 24 off", "set 23 off", "release 23"));
}

TEST_F(GuardTest, WithoutADaemonItWaitsAGraceAndThenEndsAndLetsGo) {
  auto daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  daemon = {};
  run_ready(loop_);
  EXPECT_FALSE(ended_);
  EXPECT_TRUE(gpio_.lines["22"].held);
  EXPECT_TRUE(run_until(loop_, [&] { return ended_; }));
  guard_.reset();
  EXPECT_FALSE(gpio_.lines["22"].held);
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(GuardTest, ACleanStopEndsItAtOnceWhenAllIsAtRest) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  ask(daemon, Switch{1, steady(Kind::on)});
  auto const stopped = ask(daemon, Stop{});
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(stopped->relays.at(0).state.on);
  EXPECT_TRUE(ended_);
}

TEST_F(GuardTest, ACleanStopInAPulseEndsItWithThePulse) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  ask(daemon, Switch{1, pulse(20ms)});
  ask(daemon, Stop{});
  EXPECT_FALSE(ended_);
  EXPECT_TRUE(after(20ms, [&] { return ended_; }));
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off", "set 22 on", "set 22 off"));
}

TEST_F(GuardTest, AfterACleanStopInAPulseANewDaemonStillTakesOver) {
  auto first = connect();
  ask(first, Configure{{relay(1, "22")}, {}});
  ask(first, Switch{1, pulse(20ms)});
  ask(first, Stop{});
  first = {};
  run_ready(loop_);
  auto const second = connect();
  ASSERT_TRUE(ask(second, Configure{{relay(1, "22")}, {}}));
  ASSERT_TRUE(after(20ms, [&] { return !gpio_.lines["22"].level; }));
  run_ready(loop_);
  EXPECT_FALSE(ended_);
  auto const done = ask(second, Switch{1, steady(Kind::on)});
  EXPECT_TRUE(done && !done->error);
}

TEST_F(GuardTest, AGuardThatFollowsADeadOneTakesThePulseUpWhereItStood) {
  RelayState state;
  state.on = true;
  state.on_since = clock_.now().steady - 1s;
  state.phase_ends = clock_.now().steady + 20ms;
  auto const daemon = connect();
  auto const had = ask(daemon, Configure{{relay(1, "22"), relay(2, "23")}, {state, RelayState{}}});
  ASSERT_TRUE(had && !had->error);
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 on", "request 23 off"));
  EXPECT_TRUE(after(20ms, [&] { return !gpio_.lines["22"].level; }));
}

TEST_F(GuardTest, APulseWhoseDeadlineHasPassedMeanwhileIsNotBegunAgain) {
  RelayState state;
  state.on = true;
  state.on_since = clock_.now().steady - 1s;
  state.phase_ends = clock_.now().steady - 1ms;
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {state}});
  EXPECT_THAT(gpio_.log, ElementsAre("request 22 off"));
}

TEST_F(GuardTest, MaxOnCountsOnFromWhenTheRelayWentOn) {
  auto spec = relay(1, "22");
  spec.max_on = 1s;
  RelayState state;
  state.on = true;
  state.on_since = clock_.now().steady - 980ms;
  auto const daemon = connect();
  ask(daemon, Configure{{spec}, {state}});
  EXPECT_TRUE(gpio_.lines["22"].level);
  EXPECT_TRUE(after(20ms, [&] { return !gpio_.lines["22"].level; }));
}

TEST_F(GuardTest, ALineThatCannotBeHadAgainIsToldAndTheOthersAreTakenUp) {
  gpio_.refuse["22"] = {Fault::busy, "line 22 is held by gpioset"};
  auto const daemon = connect();
  auto const had =
      ask(daemon, Configure{{relay(1, "22"), relay(2, "23")}, {RelayState{}, RelayState{}}});
  ASSERT_TRUE(had && !had->error);
  EXPECT_FALSE(had->relays.at(0).available);
  EXPECT_THAT(had->relays.at(0).description, HasSubstr("held by gpioset"));
  EXPECT_TRUE(had->relays.at(1).available);
}

TEST_F(GuardTest, ABusyLineIsAnErrorAndAGuardThatHoldsNothingEndsWithItsDaemon) {
  gpio_.refuse["22"] = {Fault::busy, "line 22 is held by gpioset"};
  auto daemon = connect();
  auto const had = ask(daemon, Configure{{relay(1, "22")}, {}});
  ASSERT_TRUE(had && had->error);
  EXPECT_EQ(had->error->text, "line 22 is held by gpioset");
  daemon = {};
  run_ready(loop_);
  EXPECT_TRUE(ended_);
}

TEST_F(GuardTest, AQuestionWhetherItLivesDisturbsNothing) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  ask(daemon, Switch{1, steady(Kind::on)});
  {
    auto const asks = connect();
    EXPECT_EQ(send(asks.get(), encode(Request{Hello{}})), Sent::yes);
    run_ready(loop_);
    EXPECT_THAT(read(asks), ElementsAre(Reply{Welcome{}}));
  }
  run_ready(loop_);
  EXPECT_TRUE(gpio_.lines["22"].level);
  EXPECT_FALSE(ended_);
}

TEST_F(GuardTest, OnlyTheDaemonMaySwitch) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  auto const other = connect();
  EXPECT_FALSE(ask(other, Switch{1, steady(Kind::on)}));
  EXPECT_TRUE(closed(other));
  EXPECT_FALSE(gpio_.lines["22"].level);
}

TEST_F(GuardTest, NonsenseEndsItsConnectionAndNothingElse) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  auto const other = connect();
  EXPECT_EQ(send(other.get(), "nonsense"), Sent::yes);
  run_ready(loop_);
  EXPECT_TRUE(closed(other));
  EXPECT_TRUE(ask(daemon, Switch{1, steady(Kind::on)}));
}

TEST_F(GuardTest, ADaemonThatDoesNotReadIsToldHowThingsStandWhenItReadsAgain) {
  auto const daemon = connect();
  ask(daemon, Configure{{relay(1, "22")}, {}});
  // Reports pile up until the socket takes no more.
  for (int i = 0; i < 2000; ++i) {
    ASSERT_NE(send(daemon.get(), encode(Request{Switch{1, steady(Kind::toggle)}})), Sent::never);
    run_ready(loop_);
  }
  std::optional<bool> told;
  for (int i = 0; i < 10; ++i) {
    for (auto const& reply : read(daemon)) {
      if (auto const* report = std::get_if<Report>(&reply)) told = report->relay.state.on;
      if (auto const* answer = std::get_if<Answer>(&reply)) told = answer->relays.at(0).state.on;
    }
    run_ready(loop_);
  }
  EXPECT_EQ(told, gpio_.lines["22"].level);
}

}  // namespace
}  // namespace snapcron
