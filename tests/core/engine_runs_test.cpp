// What runs do: branches, waits, fallbacks, modes, and rules that switch rules.
#include "engine_fixture.hpp"

namespace snapcron {
namespace {

TEST_F(EngineTest, IfTakesOneBranchAndGoesOn) {
  IfAction choice{
      .conditions = {is(window, true)}, .then = {pulse(1s)}, .otherwise = {pulse(2s), photo()}};
  load({rule("r", {rising(door)}, {{choice}, pulse(3s)})});
  edge(door, true);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "if", "relay strike pulse 2s",
                                  "snapshot door", "relay strike pulse 3s", "r ok"));
  engine->set_input(window, true);
  edge(door, true);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "if", "relay strike pulse 1s",
                                  "relay strike pulse 3s", "r ok"));
}

TEST_F(EngineTest, AnIfWithoutElseIsSkippedOver) {
  IfAction choice{.conditions = {is(window, true)}, .then = {photo()}, .otherwise = {}};
  load({rule("r", {rising(door)}, {{choice}})});
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "if", "r ok"));
  EXPECT_EQ(last_text, "else: input window is high: it is low");
}

TEST_F(EngineTest, AFallbackRunsWhenItsActionFailedAndMendsTheRun) {
  auto first = photo();
  first.fallback = {pulse(1s), photo()};
  load({rule("r", {rising(door)}, {first, pulse(2s)})});
  edge(door, true);
  perform_one(false);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door",
                                  "relay strike pulse 1s", "snapshot door", "relay strike pulse 2s",
                                  "r ok"));
}

TEST_F(EngineTest, AFallbackThatFailsTooFailsTheRun) {
  auto first = photo();
  first.fallback = {pulse(1s)};
  load({rule("r", {rising(door)}, {first, pulse(2s)})});
  edge(door, true);
  perform_one(false);
  perform_one(false);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door",
                                  "relay strike pulse 1s", "relay strike pulse 2s", "r failed"));
}

TEST_F(EngineTest, AnActionThatWentWellHasNoUseForItsFallback) {
  auto first = photo();
  first.fallback = {pulse(1s)};
  load({rule("r", {rising(door)}, {first})});
  edge(door, true);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door", "r ok"));
}

TEST_F(EngineTest, ASeriesWithOneBadPictureFailsAsAWhole) {
  Action shots{SnapshotAction{"door", 2, 1s, {}}};
  shots.fallback = {pulse(1s)};
  load({rule("r", {rising(door)}, {shots})});
  edge(door, true);
  perform_one(false);
  advance(1s);
  perform_one(true);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door",
                                  "snapshot door", "relay strike pulse 1s", "r ok"));
}

TEST_F(EngineTest, WaitForGoesOnWhenItComes) {
  load({rule("r", {rising(door)}, {wait_for({falling(door)}, 1min), photo()})});
  edge(door, true);
  advance(30s);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising",
                                  "wait_for input front-door falling, timeout 1m"));
  edge(door, false);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("snapshot door", "r ok"));
  advance(1h);  // the time-out is forgotten
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, WaitForFailsWhenNothingComes) {
  auto wait = wait_for({falling(door)}, 1min);
  wait.fallback = {pulse(1s)};
  load({rule("r", {rising(door)}, {wait, photo()})});
  edge(door, true);
  advance(1min);
  perform_all();
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising",
                                  "wait_for input front-door falling, timeout 1m",
                                  "relay strike pulse 1s", "snapshot door", "r ok"));
}

TEST_F(EngineTest, WaitForDoesNotTakeTheEdgeThatFiredIt) {
  load({rule("r", {rising(door)}, {wait_for({rising(door)})})});
  edge(door, true);
  edge(door, false);
  EXPECT_EQ(engine->runs_under_way(), 1u);
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising",
                                  "wait_for input front-door rising", "r skips: mode", "r ok"));
}

TEST_F(EngineTest, WaitForAHeldLevelARelayACameraOrAWebhook) {
  load({rule("held", {rising(door)}, {wait_for({held(window, 5s)})}),
        rule("any", {rising(door)},
             {wait_for({{RelayTrigger{siren, RelayTrigger::To::on}, ""},
                        {CameraTrigger{"door", true}, ""},
                        {WebhookTrigger{"go"}, ""}})})});
  edge(door, true);
  edge(window, true);
  advance(3s);
  edge(window, false);
  edge(window, true);
  advance(4s);
  EXPECT_EQ(engine->runs_under_way(), 2u);
  advance(1s);
  EXPECT_EQ(engine->runs_under_way(), 1u);
  engine->on_camera("door", false, now(), out);
  EXPECT_EQ(engine->runs_under_way(), 1u);
  engine->on_webhook("go", now(), out);
  EXPECT_EQ(engine->runs_under_way(), 0u);
}

TEST_F(EngineTest, DisableAndEnableSwitchOtherRules) {
  load({rule("photo", {rising(door)}),
        rule("off", {rising(window)}, {{EnableAction{{"photo"}, false}}}),
        rule("on", {falling(window)}, {{EnableAction{{"photo"}, true}}})});
  edge(window, true);
  edge(door, true);
  EXPECT_FALSE(status("photo").enabled);
  edge(window, false);
  edge(door, true);
  EXPECT_THAT(said(),
              ElementsAre("off fires: input window rising", "disable photo", "off ok",
                          "photo skips: disabled", "on fires: input window falling", "enable photo",
                          "on ok", "photo fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, AReloadDoesNotUndoASwitchUnlessTheFileChangedItsMind) {
  auto r = rule("photo", {rising(door)});
  auto const off = rule("off", {rising(window)}, {{EnableAction{{"photo"}, false}}});
  load({r, off});
  edge(window, true);
  load({r, off});
  EXPECT_FALSE(status("photo").enabled);
  r.enabled = false;
  load({r, off});
  r.enabled = true;
  load({r, off});
  EXPECT_TRUE(status("photo").enabled);
}

// ---- modes ----

Rule with_mode(Mode mode, unsigned max = 10) {
  auto r = rule("r", {rising(door)}, {photo(), pulse(1s)});
  r.mode = mode;
  r.max = max;
  return r;
}

TEST_F(EngineTest, RestartEndsTheRunUnderWay) {
  load({with_mode(Mode::restart)});
  edge(door, true);
  auto const first = out.perform.front().run;
  edge(door, true);
  EXPECT_THAT(out.cancelled, ElementsAre(first));
  EXPECT_EQ(out.perform.size(), 1u);  // what had not been begun is not
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door", "r failed",
                                  "r fires: input front-door rising", "snapshot door"));
  EXPECT_TRUE(last_text.starts_with("restarted by event t-"));
  engine->ended(first, true, "", now(), out);  // too late: it is nobody's any more
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, RestartForgetsADelay) {
  auto r = rule("light", {rising(door)}, {delay(1min), pulse(1s)});
  r.mode = Mode::restart;
  load({r});
  edge(door, true);
  advance(50s);
  edge(door, true);
  (void)said();
  advance(59s);
  EXPECT_THAT(said(), IsEmpty());
  advance(1s);
  EXPECT_THAT(said(), ElementsAre("relay strike pulse 1s"));
}

TEST_F(EngineTest, QueuedRunsOneAfterAnotherUpToTheMost) {
  load({with_mode(Mode::queued, 3)});
  for (int i = 0; i < 4; ++i) edge(door, true);
  EXPECT_THAT(said(),
              ElementsAre("r fires: input front-door rising", "snapshot door", "r skips: mode"));
  EXPECT_EQ(last_text, "queued: 1 is running and 2 wait, the most is 3");
  perform_all();
  EXPECT_EQ(status("r").runs, 3u);
  EXPECT_EQ(engine->runs_under_way(), 0u);
}

TEST_F(EngineTest, ARuleThatIsDisabledWhileFiringsWaitDoesNotRunThem) {
  auto r = with_mode(Mode::queued);
  load({r, rule("off", {rising(window)}, {{EnableAction{{"r"}, false}}})});
  edge(door, true);
  edge(door, true);
  edge(window, true);
  (void)said();
  perform_all();
  EXPECT_THAT(said(), ElementsAre("relay strike pulse 1s", "r ok", "r skips: disabled"));
}

TEST_F(EngineTest, ParallelRunsBesideOneAnotherUpToTheMost) {
  load({with_mode(Mode::parallel, 2)});
  for (int i = 0; i < 3; ++i) edge(door, true);
  EXPECT_EQ(out.perform.size(), 2u);
  EXPECT_EQ(status("r").skipped.at("mode"), 1u);
  perform_all();
  EXPECT_EQ(engine->runs_under_way(), 0u);
}

TEST_F(EngineTest, TextsMayNameTheRunsPicture) {
  auto const text = Template::parse("{input} {edge} {picture}", Template::Use::text);
  ASSERT_TRUE(text);
  load({rule("r", {rising(door)}, {photo(), {LogAction{*text}}})});
  edge(door, true);
  engine->took_picture(out.perform.front().run, "/p/1.jpg");
  perform_one();
  ASSERT_EQ(out.facts.back().kind, Fact::Kind::action);
  EXPECT_EQ(out.facts.back().text, "front-door rising /p/1.jpg");
}

}  // namespace
}  // namespace snapcron
