// The rule engine's ground: edges, actions, conditions, modes, cooldown, reload.
#include "engine_fixture.hpp"

namespace snapcron {
namespace {

TEST_F(EngineTest, AnEdgeFiresTheRulesThatListenToItInTheFilesOrder) {
  load({rule("photo", {rising(door)}), rule("other", {rising(window)}),
        rule("count", {both(door)})});

  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "count fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, ActionsRunOneAfterAnotherUnderOneEventId) {
  load({rule("photo", {rising(door)}, {photo(), pulse(500ms)})});
  edge(door, true);
  ASSERT_EQ(out.perform.size(), 1u);
  auto const event = out.perform[0].firing->event;

  perform_one();
  ASSERT_EQ(out.perform.size(), 1u);
  EXPECT_EQ(out.perform[0].firing->event, event);
  EXPECT_TRUE(std::holds_alternative<RelayAction>(out.perform[0].action->what));
  perform_all();

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "relay strike pulse 500ms", "photo ok"));
}

TEST_F(EngineTest, AFailedActionIsRecordedAndTheNextStillRuns) {
  load({rule("photo", {rising(door)}, {photo(), pulse(500ms)})});
  edge(door, true);

  perform_all(false);
  perform_all(true);

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "relay strike pulse 500ms", "photo failed"));
  EXPECT_EQ(status("photo").failed, 1u);
}

TEST_F(EngineTest, ARunningRuleIsSkippedByItsModeAndFiresAgainAfterwards) {
  load({rule("photo", {rising(door)})});
  edge(door, true);
  edge(door, false);
  edge(door, true);
  perform_all();
  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "photo skips: mode", "photo ok",
                                  "photo fires: input front-door rising", "snapshot door"));
  EXPECT_EQ(status("photo").skipped.at("mode"), 1u);
  EXPECT_EQ(status("photo").runs, 2u);
}

TEST_F(EngineTest, CooldownCountsFromTheLastFiringThatStarted) {
  auto r = rule("photo", {rising(door)});
  r.cooldown = 10s;
  load({r});
  edge(door, true);
  perform_all();

  advance(9s);
  edge(door, true);
  advance(1s);
  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "photo ok", "photo skips: cooldown",
                                  "photo fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, TheFirstObstacleIsTheReason_DisabledConditionCooldownMode) {
  auto r = rule("photo", {rising(door)});
  r.cooldown = 10s;
  r.conditions = {{InputCondition{window, true}, "input window is high"}};
  load({r});
  engine->set_input(window, true);
  edge(door, true);  // runs, and goes on running
  edge(door, true);  // cooldown before mode
  engine->set_input(window, false);
  edge(door, true);  // condition before cooldown
  r.enabled = false;
  load({r});
  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door",
                                  "photo skips: cooldown", "photo skips: condition",
                                  "photo skips: disabled"));
}

TEST_F(EngineTest, AnInputConditionSeesTheLevelAtItsOwnPlaceInABatch) {
  auto r = rule("interlock", {rising(door)});
  r.conditions = {{InputCondition{window, true}, "input window is high"}};
  load({r});

  edge(window, true);
  edge(door, true);
  perform_all();
  edge(window, false);
  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("interlock fires: input front-door rising", "snapshot door",
                                  "interlock ok", "interlock skips: condition"));
}

TEST_F(EngineTest, ARelayCondition) {
  auto r = rule("lit", {rising(door)});
  r.conditions = {{RelayCondition{strike, true}, "relay strike is on"}};
  load({r});

  edge(door, true);
  engine->set_relay(strike, true);
  edge(door, true);

  EXPECT_THAT(said(), ElementsAre("lit skips: condition", "lit fires: input front-door rising",
                                  "snapshot door"));
}

struct Window {
  char const* name;
  std::chrono::seconds from, to;
  std::bitset<7> weekdays;
  Duration after_noon;
  bool holds;
};
class TimeWindow : public EngineTest, public testing::WithParamInterface<Window> {};

TEST_P(TimeWindow, HoldsFromItsBeginningToBeforeItsEnd) {
  auto const& p = GetParam();
  auto r = rule("night", {rising(door)});
  r.conditions = {{TimeCondition{p.from, p.to, p.weekdays, Zone{}}, "time"}};
  load({r});
  passed = p.after_noon;

  edge(door, true);

  EXPECT_EQ(out.facts.front().kind == Fact::Kind::trigger, p.holds);
}

constexpr auto all_days = 0x7fu, monday = 1u << 1, tuesday = 1u << 2;  // 2 March 2026 is a Monday
INSTANTIATE_TEST_SUITE_P(
    Conditions, TimeWindow,
    testing::Values(Window{"inside", 11h, 13h, all_days, 0h, true},
                    Window{"at_the_beginning", 12h, 13h, all_days, 0h, true},
                    Window{"at_the_end", 11h, 12h, all_days, 0h, false},
                    Window{"night_before", 18h, 7h, all_days, 5h, false},
                    Window{"night_evening", 18h, 7h, all_days, 6h, true},
                    Window{"night_morning", 18h, 7h, all_days, 18h, true},
                    Window{"night_over", 18h, 7h, all_days, 19h, false},
                    Window{"whole_day", 8h, 8h, all_days, 0h, true},
                    Window{"weekday", 8h, 18h, monday, 0h, true},
                    Window{"other_weekday", 8h, 18h, tuesday, 0h, false},
                    Window{"night_belongs_to_the_evening", 18h, 7h, monday, 18h, true},
                    Window{"night_of_the_morning_does_not", 18h, 7h, tuesday, 18h, false}),
    [](auto const& shown) { return std::string{shown.param.name}; });

TEST_F(EngineTest, CronFiresAtItsTimesAndShowsTheNext) {
  load({rule("lapse", {cron("*/10 * * * *")})});
  EXPECT_EQ(status("lapse").next, noon + 10min);

  advance(20min);

  EXPECT_THAT(said(),
              ElementsAre("lapse fires: cron */10 * * * *", "snapshot door", "lapse skips: mode"));
  EXPECT_EQ(status("lapse").next, noon + 30min);
}

TEST_F(EngineTest, ACronTimeThatIsALittleLateFiresOnceAndAnOldOneIsMissed) {
  load({rule("five", {cron("5,6,7 12 * * *")}), rule("daily", {cron("30 12 * * *")})});

  stepped = 8min;  // 12:05, 12:06 and 12:07 were jumped over
  engine->clock_changed(now());
  advance(0s);
  EXPECT_THAT(said(), ElementsAre("five skips: missed x2", "five fires: cron 5,6,7 12 * * *",
                                  "snapshot door"));

  stepped += 3h;
  engine->clock_changed(now());
  advance(0s);
  EXPECT_THAT(said(), ElementsAre("daily skips: missed"));
}

TEST_F(EngineTest, AFixedTimeDoesNotComeAgainWhenTheClockIsSetBackALittle) {
  load({rule("daily", {cron("5 12 * * *")})});
  advance(6min);
  perform_all();
  said();

  stepped = -5min;
  engine->clock_changed(now());
  advance(1h);

  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, AnIntervalGoesStraightOnWhenTheClockIsSetBackALittle) {
  load({rule("lapse", {cron("*/20 * * * *")})});
  advance(20min);
  perform_all();
  said();

  stepped = -30min;
  engine->clock_changed(now());

  EXPECT_EQ(status("lapse").next, noon);
}

TEST_F(EngineTest, EveryCountsElapsedTimeAndKeepsItsPhaseOverAReload) {
  auto const r = rule("beat", {{EveryTrigger{10min}, ""}}, {pulse(100ms)});
  load({r});
  advance(9min);
  load({r});
  advance(1min);
  EXPECT_THAT(said(), ElementsAre("beat fires: every 10m", "relay strike pulse 100ms"));
  perform_all();
  said();

  stepped = -2h;  // the wall clock does not matter
  engine->clock_changed(now());
  advance(10min);
  EXPECT_THAT(said(), ElementsAre("beat fires: every 10m", "relay strike pulse 100ms"));
}

TEST_F(EngineTest, StartupFiresOnce) {
  load({rule("boot", {{StartupTrigger{}, ""}}), rule("reboot", {cron("@reboot")}),
        rule("door", {rising(door)})});

  engine->start(now(), out);
  advance(24h);

  EXPECT_THAT(said(), ElementsAre("boot fires: startup", "snapshot door",
                                  "reboot fires: cron @reboot", "snapshot door"));
}

TEST_F(EngineTest, ADelayWaitsBetweenActions) {
  load({rule("photo", {rising(door)}, {delay(2s), photo()})});
  edge(door, true);
  advance(1999ms);
  EXPECT_THAT(out.perform, IsEmpty());

  advance(1ms);

  EXPECT_EQ(out.perform.size(), 1u);
}

TEST_F(EngineTest, ASeriesOfPicturesKeepsItsIntervalFromStartToStart) {
  SnapshotAction shots{"door"};
  shots.count = 3;
  shots.interval = 1s;
  load({rule("photo", {rising(door)}, {{shots}, pulse(100ms)})});
  edge(door, true);
  advance(400ms);  // the first capture takes 400 ms
  perform_one();
  EXPECT_THAT(out.perform, IsEmpty());

  advance(600ms);
  ASSERT_EQ(out.perform.size(), 1u);
  EXPECT_EQ(out.perform[0].seq, 2u);
  advance(1500ms);  // the second takes too long: the third follows at once
  perform_one();
  ASSERT_EQ(out.perform.size(), 1u);
  EXPECT_EQ(out.perform[0].seq, 3u);
  perform_one();

  ASSERT_EQ(out.perform.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RelayAction>(out.perform[0].action->what));
}

TEST_F(EngineTest, FiringByHandObeysConditionCooldownAndMode) {
  auto r = rule("photo", {rising(door)});
  r.cooldown = 10s;
  load({r});

  EXPECT_EQ(engine->trigger("photo", now(), out), true);
  EXPECT_EQ(engine->trigger("photo", now(), out), false);
  EXPECT_EQ(out.facts.back().reason, "cooldown");
  EXPECT_EQ(engine->trigger("foto", now(), out), std::nullopt);
}

TEST_F(EngineTest, AReloadKeepsCountersCooldownAndTheRunUnderWay) {
  auto r = rule("photo", {rising(door)});
  r.cooldown = 1h;
  load({r, rule("gone", {rising(window)})});
  edge(door, true);
  edge(window, true);
  said();

  load({r});
  edge(door, true);
  perform_all();  // both runs end, also that of the rule that is no more

  EXPECT_THAT(said(), ElementsAre("photo skips: cooldown", "photo ok", "gone ok"));
  EXPECT_EQ(status("photo").runs, 1u);
  EXPECT_EQ(engine->runs_under_way(), 0u);
}

TEST_F(EngineTest, ALevelAtStartFiresNothing) {
  load({rule("photo", {both(door)})});
  engine->set_input(door, true);
  advance(1h);
  EXPECT_THAT(said(), IsEmpty());
}

}  // namespace
}  // namespace snapcron
