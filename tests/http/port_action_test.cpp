// The actions of input and output ports, as the manuals print them.

#include "http/port_action.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace snapcron::http {
namespace {

using namespace std::chrono_literals;

std::vector<LevelStep> steps(std::string_view text) {
  auto const action = parse_port_action(text);
  EXPECT_TRUE(action) << text << ": " << action.error().text;
  return action ? action->steps : std::vector<LevelStep>{};
}

TEST(APortAction, OfTheManuals) {
  EXPECT_EQ(steps("1:/"), (std::vector<LevelStep>{{0ms, true}}));
  EXPECT_EQ(steps("1:/300\\500/300\\"),
            (std::vector<LevelStep>{{0ms, true}, {300ms, false}, {500ms, true}, {300ms, false}}));
  EXPECT_EQ(steps("1:1000/"), (std::vector<LevelStep>{{1s, true}}));
  EXPECT_EQ(parse_port_action("6:/2000\\")->port, 6u);
}

TEST(APortAction, WithoutAPortIsOfTheFirst) {
  EXPECT_EQ(parse_port_action(":/")->port, 1u);
  EXPECT_EQ(parse_port_action("\\")->port, 1u);
}

TEST(APortAction, ThatIsNoneSaysWhere) {
  struct Case {
    char const* text;
    char const* what;
  };
  for (auto const& [text, what] :
       {Case{"", "character 1: a level is missing: / is on, \\ is off"},
        Case{"1:", "character 3: a level is missing: / is on, \\ is off"},
        Case{"x:/", "character 1: a port is a number from 1 to 999"},
        Case{"0:/", "character 1: a port is a number from 1 to 999"},
        Case{"1000:/", "character 1: a port is a number from 1 to 999"},
        Case{"1:on", "character 3: expected / (on) or \\ (off), or a wait in ms before either"},
        Case{"1:/300", "character 7: expected / (on) or \\ (off), or a wait in ms before either"},
        Case{"1:/9999999\\", "character 4: a wait is at most an hour, 3600000 ms"},
        Case{"1:/99999999999999999999\\", "character 4: a wait is at most an hour, 3600000 ms"}}) {
    auto const action = parse_port_action(text);
    ASSERT_FALSE(action) << text;
    EXPECT_EQ(action.error().text, std::string{"the action is wrong at its "} + what) << text;
  }
}

TEST(APortAction, IsBounded) {
  std::string text = "1:";
  for (std::size_t i = 0; i < most_steps; ++i) text += "10/";
  EXPECT_EQ(steps(text).size(), most_steps);
  EXPECT_FALSE(parse_port_action(text + "10\\"));
}

TEST(Ports, AreNumbersWithCommas) {
  EXPECT_EQ(*parse_ports("1,2,64"), (std::vector<unsigned>{1, 2, 64}));
  for (auto const* wrong : {"", ",", "1,,2", "a", "0", "1000", "1 2", "-1"})
    EXPECT_FALSE(parse_ports(wrong)) << wrong;
}

}  // namespace
}  // namespace snapcron::http
