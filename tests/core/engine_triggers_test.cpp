// Triggers beyond a plain edge: held levels, counted edges, relays, cameras, webhooks, start and
// stop.
#include "engine_fixture.hpp"

namespace snapcron {
namespace {

// ---- for ----

TEST_F(EngineTest, ForFiresWhenTheLevelHasBeenHeldThatLong) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(10min - 1ns);
  EXPECT_THAT(said(), IsEmpty());

  advance(1ns);

  EXPECT_THAT(said(),
              ElementsAre("left-open fires: input front-door rising for 10m", "snapshot door"));
}

TEST_F(EngineTest, ForBeginsAnewWhenTheLevelWasInterrupted) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(9min);
  edge(door, false);
  advance(30s);
  edge(door, true);
  advance(9min);
  EXPECT_THAT(said(), IsEmpty());

  advance(1min);

  EXPECT_THAT(said(),
              ElementsAre("left-open fires: input front-door rising for 10m", "snapshot door"));
}

TEST_F(EngineTest, ForFiresOncePerAssertion) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(3h);
  EXPECT_EQ(said().size(), 2u);
}

TEST_F(EngineTest, AContactThatIsActiveAtStartDoesNotBeginAFor) {
  engine->set_input(door, true);
  load({rule("left-open", {held(door, 10min)})});
  engine->start(now(), out);
  advance(3h);
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, ALevelThatWasReadAnewEndsAForOfTheOtherLevel) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(1min);
  engine->set_input(door, false);  // its chip was gone and is back
  advance(1h);
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, AReloadKeepsAPendingFor) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(9min);
  load({rule("left-open", {held(door, 10min)}, {pulse(1s)})});
  advance(1min);
  EXPECT_THAT(said(), ElementsAre("left-open fires: input front-door rising for 10m",
                                  "relay strike pulse 1s"));
}

TEST_F(EngineTest, AForThatAReloadChangedBeginsAnew) {
  load({rule("left-open", {held(door, 10min)})});
  edge(door, true);
  advance(9min);
  load({rule("left-open", {held(door, 11min)})});
  advance(3h);
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(EngineTest, ABouncingContactCostsNoMemoryOfItsPast) {
  load({rule("left-open", {held(door, 10min)})});
  for (int i = 0; i < 100; ++i) {
    edge(door, true);
    edge(door, false);
  }
  edge(door, true);
  advance(10min);
  EXPECT_EQ(said().size(), 2u);
  EXPECT_FALSE(engine->wakes_steady());
}

TEST_F(EngineTest, ForOfBothEdgesIsHeldByEitherLevel) {
  load({rule("still", {input({.input = door, .edge = InputTrigger::Edge::both, .held = 5s})})});
  edge(door, true);
  advance(3s);
  edge(door, false);
  advance(5s);
  EXPECT_THAT(said(), ElementsAre("still fires: input front-door both for 5s", "snapshot door"));
}

// ---- count and within ----

TEST_F(EngineTest, ThreePressesWithinTwoSeconds) {
  load({rule("panic", {input({.input = door, .count = 3, .within = 2s})})});
  auto const press = [&] {
    edge(door, true);
    edge(door, false);
  };
  press();
  advance(1s);
  press();
  EXPECT_THAT(said(), IsEmpty());
  advance(1s);
  press();
  EXPECT_THAT(said(), ElementsAre("panic fires: input front-door rising 3 times within 2s",
                                  "snapshot door"));
}

TEST_F(EngineTest, PressesThatAreTooFarApartDoNotCount) {
  load({rule("panic", {input({.input = door, .count = 3, .within = 2s})})});
  for (auto const wait : {0ms, 1500ms, 600ms, 600ms}) {
    advance(wait);
    edge(door, true);
    edge(door, false);
  }
  // The first is out of the window by the third; the second, third and fourth are within 1.2 s.
  EXPECT_THAT(said(), ElementsAre("panic fires: input front-door rising 3 times within 2s",
                                  "snapshot door"));
}

TEST_F(EngineTest, AfterAFiringTheCountBeginsAnew) {
  load({rule("panic", {input({.input = door, .count = 2, .within = 1s})}, {pulse(1ms)})});
  for (int i = 0; i < 5; ++i) {
    edge(door, true);
    perform_all();
    edge(door, false);
  }
  EXPECT_EQ(status("panic").runs, 2u);
}

// ---- relays, cameras, webhooks ----

TEST_F(EngineTest, ARelayTriggerSeesItSwitchedByWhomever) {
  load({rule("lit", {{RelayTrigger{siren, RelayTrigger::To::on}, ""}}),
        rule("dark", {{RelayTrigger{siren, RelayTrigger::To::off}, ""}}),
        rule("other", {{RelayTrigger{strike, RelayTrigger::To::both}, ""}})});
  engine->on_relay(siren, true, now(), out);
  engine->on_relay(siren, false, now(), out);
  EXPECT_THAT(said(), ElementsAre("lit fires: relay siren on", "snapshot door",
                                  "dark fires: relay siren off", "snapshot door"));
}

TEST_F(EngineTest, ARuleThatRelaysFireWithoutEndIsStoppedAndSaysSo) {
  auto r = rule("loop", {{RelayTrigger{siren, RelayTrigger::To::both}, ""}});
  r.mode = Mode::restart;
  load({r});
  for (int i = 0; i < 60; ++i) engine->on_relay(siren, i % 2 == 0, now(), out);
  EXPECT_EQ(status("loop").runs, 50u);
  EXPECT_EQ(status("loop").skipped.at("mode"), 10u);
  advance(1s);
  engine->on_relay(siren, true, now(), out);
  EXPECT_EQ(status("loop").runs, 51u);
}

TEST_F(EngineTest, ACameraLostAndFound) {
  load({rule("lost", {{CameraTrigger{"door", false}, ""}}, {pulse(1s)}),
        rule("found", {{CameraTrigger{"door", true}, ""}}, {pulse(1s)})});
  engine->on_camera("gate", false, now(), out);
  EXPECT_THAT(said(), IsEmpty());
  engine->on_camera("door", false, now(), out);
  engine->on_camera("door", true, now(), out);
  EXPECT_THAT(said(), ElementsAre("lost fires: camera door lost", "relay strike pulse 1s",
                                  "found fires: camera door found", "relay strike pulse 1s"));
}

TEST_F(EngineTest, AWebhookFiresTheRulesThatNameIt) {
  load({rule("a", {{WebhookTrigger{"ring"}, ""}}), rule("b", {{WebhookTrigger{"other"}, ""}})});
  EXPECT_EQ(engine->on_webhook("ring", now(), out), 1u);
  EXPECT_EQ(engine->on_webhook("unknown", now(), out), 0u);
  EXPECT_THAT(said(), ElementsAre("a fires: webhook ring", "snapshot door"));
}

TEST_F(EngineTest, ShutdownFiresAndNothingElseAfterIt) {
  load({rule("bye", {{ShutdownTrigger{}, ""}}, {pulse(1s)}), rule("photo", {rising(door)}),
        rule("lapse", {cron("* * * * *")})});
  engine->shutdown(now(), out);
  edge(door, true);
  advance(1min);
  EXPECT_THAT(said(), ElementsAre("bye fires: shutdown", "relay strike pulse 1s"));
}

// ---- the Sun ----

TEST_F(EngineTest, SunsetWithAnOffset) {
  Place const stockholm{59.33, 18.07};
  load({rule("dusk",
             {{SunTrigger{.event = SunEvent::sunset, .offset = -30min, .place = stockholm}, ""}})});
  auto const sunset = next_sun(SunEvent::sunset, stockholm, noon);
  ASSERT_TRUE(sunset);
  EXPECT_EQ(status("dusk").next, *sunset - 30min);
  advance(24h);
  EXPECT_THAT(said(), ElementsAre("dusk fires: sun sunset -30m", "snapshot door"));
}

}  // namespace
}  // namespace snapcron
