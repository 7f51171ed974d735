// Conditions: groups, ids, held levels, the Sun, and the words in which a firing is refused.
#include "engine_fixture.hpp"

namespace snapcron {
namespace {

Condition group(GroupCondition::Kind kind, std::vector<Condition> of) {
  return {GroupCondition{kind, std::move(of)}, ""};
}
using Kind = GroupCondition::Kind;

struct Groups {
  char const* name;
  Condition condition;
  bool window_high;
  char const* refused;  // the recorded words; empty when it fires
};
class Group : public EngineTest, public testing::WithParamInterface<Groups> {};

TEST_P(Group, HoldsOrSaysWhatItSaw) {
  auto const& p = GetParam();
  auto r = rule("r", {rising(door)});
  r.conditions = {p.condition};
  load({r});
  engine->set_input(window, p.window_high);

  edge(door, true);

  auto const said_ = said();
  if (std::string{p.refused}.empty())
    EXPECT_EQ(said_.front(), "r fires: input front-door rising");
  else
    EXPECT_EQ(last_text, p.refused);
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, Group,
    testing::Values(
        Groups{"plain_refused", is(window, true), false, "input window is high: it is low"},
        Groups{"any_of_two", group(Kind::any, {is(window, true), is(door, true)}), false, ""},
        Groups{"any_of_none", group(Kind::any, {is(window, true), is(door, false)}), false,
               "none of: input window is high: it is low; input front-door is low: it is high"},
        Groups{"all", group(Kind::all, {is(door, true), is(window, true)}), true, ""},
        Groups{"all_but_one", group(Kind::all, {is(door, true), is(window, true)}), false,
               "input window is high: it is low"},
        Groups{"not_holds", group(Kind::none, {is(window, true)}), false, ""},
        Groups{"not_refused", group(Kind::none, {is(window, true)}), true,
               "not input window is high: it does hold"},
        Groups{"nested",
               group(Kind::any,
                     {group(Kind::all, {is(door, true), group(Kind::none, {is(window, true)})})}),
               false, ""}),
    [](auto const& shown) { return std::string{shown.param.name}; });

TEST_F(EngineTest, ALevelConditionWithForLooksAtHowLongItStood) {
  auto r = rule("r", {rising(door)});
  r.mode = Mode::parallel;
  r.conditions = {is(window, true, 5s)};
  load({r});
  edge(window, true);
  advance(4s);
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r skips: condition"));
  EXPECT_EQ(last_text, "input window is high: since 4s only");
  edge(door, false);
  advance(1s);
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, ALevelThatStandsSinceBeforeTheStartHasStoodLongEnough) {
  auto r = rule("r", {rising(door)});
  r.conditions = {is(window, true, 1h)};
  engine->set_input(window, true);
  load({r});
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, ATriggerConditionTellsTriggersApart) {
  auto r = rule("r", {input({.input = door}, "front"), input({.input = window}, "back")});
  r.conditions = {{TriggerCondition{"back"}, "trigger back"}};
  load({r});
  edge(door, true);
  edge(window, true);
  EXPECT_THAT(said(),
              ElementsAre("r skips: condition", "r fires: input window rising", "snapshot door"));
  EXPECT_EQ(last_text, "trigger back: it was front");
}

TEST_F(EngineTest, DayAndNight) {
  auto r = rule("r", {rising(door)});
  r.conditions = {{SunCondition{false, Place{59.33, 18.07}}, "sun night"}};
  load({r});
  edge(door, true);  // noon UTC in Stockholm
  EXPECT_THAT(said(), ElementsAre("r skips: condition"));
  EXPECT_EQ(last_text, "sun night: it is day");
  edge(door, false);
  advance(11h);
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("r fires: input front-door rising", "snapshot door"));
}

TEST_F(EngineTest, ATimeWindowSaysWhatTimeItWas) {
  auto r = rule("r", {rising(door)});
  r.conditions = {{TimeCondition{18h, 7h, std::bitset<7>{0x7f}, Zone{}}, "time 18:00-07:00"}};
  load({r});
  edge(door, true);
  (void)said();
  EXPECT_EQ(last_text, "time 18:00-07:00: it is 12:00:00");
}

}  // namespace
}  // namespace snapcron
