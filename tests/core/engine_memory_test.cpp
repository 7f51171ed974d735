// What survives a restart of the daemon, and of the machine.
#include "engine_fixture.hpp"

#include "core/memory.hpp"

namespace snapcron {
namespace {

TEST_F(EngineTest, APendingForGoesOnAfterARestartWhenTheLevelStillHolds) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(4min);
  restart(2min, {{door, true}});
  advance(4min - 1s);
  EXPECT_THAT(said(), IsEmpty());
  advance(1s);
  EXPECT_THAT(said(),
              ElementsAre("left-open fires: input front-door rising for 10m", "snapshot door"));
}

TEST_F(EngineTest, APendingForWhoseTimeCameDuringTheRestartFiresAtTheStart) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(4min);
  restart(1h, {{door, true}});
  EXPECT_THAT(said(),
              ElementsAre("left-open fires: input front-door rising for 10m", "snapshot door"));
}

TEST_F(EngineTest, APendingForIsOverWhenTheLevelIsAnotherAfterTheRestart) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(4min);
  restart(2min, {{door, false}});
  advance(1h);
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, AfterAPowerCutTheWallClockTellsHowLongALevelHasStood) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(4min);
  same_boot = false;
  restart(2min, {{door, true}});
  advance(4min - 1s);
  EXPECT_THAT(said(), IsEmpty());
  advance(1s);
  EXPECT_EQ(said().size(), 2u);
}

TEST_F(EngineTest, ADelayGoesOnWhereItWas) {
  load({rule("light", {rising(door)}, {pulse(1s), delay(10min), photo(), pulse(2s)})});
  edge(door, true);
  perform_one();
  auto const event = out.facts.front().firing->event;
  advance(4min);
  (void)said();

  restart(3min, {{door, true}});
  EXPECT_EQ(engine->runs_under_way(), 1u);
  advance(3min);

  ASSERT_FALSE(out.facts.empty());
  EXPECT_EQ(out.facts.front().firing->event, event);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("snapshot door", "relay strike pulse 2s", "light ok"));
}

TEST_F(EngineTest, ADelayWithinABranchWithinAFallbackGoesOn) {
  IfAction choice{
      .conditions = {is(door, true)}, .then = {delay(1min), pulse(1s)}, .otherwise = {}};
  auto shot = photo();
  shot.fallback = {{choice}, pulse(2s)};
  load({rule("r", {rising(door)}, {shot, pulse(3s)})});
  edge(door, true);
  perform_one(false);
  advance(30s);
  restart(10s, {{door, true}});
  (void)said();
  advance(20s);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("relay strike pulse 1s", "relay strike pulse 2s",
                                  "relay strike pulse 3s", "r ok"));
}

TEST_F(EngineTest, AWaitGoesOnWithItsTimeOut) {
  load({rule("r", {rising(door)}, {wait_for({rising(window)}, 10min), photo()})});
  edge(door, true);
  advance(5min);
  restart(1min, {{door, true}});
  (void)said();
  edge(window, true);
  EXPECT_THAT(said(), ElementsAre("snapshot door"));
}

TEST_F(EngineTest, ARunWhoseRuleHasChangedEndsAndSaysSo) {
  load({rule("r", {rising(door)}, {delay(10min), photo()})});
  edge(door, true);
  (void)said();
  restart(1min, {{door, true}}, std::vector{rule("r", {rising(door)}, {photo(), delay(10min)})});
  EXPECT_THAT(said(), ElementsAre("r failed"));
  EXPECT_EQ(last_text, "the rule has changed: it does not go on after the restart");
  EXPECT_EQ(engine->runs_under_way(), 0u);
}

TEST_F(EngineTest, CooldownAndSwitchesSurvive) {
  auto r = rule("photo", {rising(door)});
  r.cooldown = 1h;
  load({r, rule("other", {rising(window)}),
        rule("off", {falling(window)}, {{EnableAction{{"other"}, false}}})});
  edge(door, true);
  edge(window, true);
  edge(window, false);
  perform_all();
  restart(10min);
  (void)said();
  edge(door, true);
  edge(window, true);
  EXPECT_THAT(said(), ElementsAre("photo skips: cooldown", "other skips: disabled"));
  EXPECT_EQ(status("photo").last_fired, noon);
}

TEST_F(EngineTest, AnEventIdIsNotUsedTwice) {
  load({rule("r", {rising(door)}, {delay(10min)})});
  edge(door, true);
  auto const event = out.facts.front().firing->event;
  restart(1min);
  EXPECT_NE(engine->new_event(), event);
}

TEST_F(EngineTest, WhatIsRememberedOfManyRulesIsOnlyWhatThereIsToRemember) {
  std::vector<Rule> rules;
  for (int i = 0; i < 100; ++i) rules.push_back(rule("r" + std::to_string(i), {rising(window)}));
  rules.push_back(rule("photo", {rising(door)}));
  load(rules);
  edge(door, true);
  EXPECT_EQ(engine->memory().rules.size(), 1u);
}

}  // namespace
}  // namespace snapcron
