#include "gpio/find.hpp"

#include <gmock/gmock.h>

#include <cerrno>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<ChipReport> const board = {{"/dev/gpiochip0", "gpiochip0", "pinctrl-rp1", 54, ""},
                                       {"/dev/gpiochip4", "gpiochip4", "mcp23017", 16, ""}};

TEST(FindChip, TakesALabelANameOrAPath) {
  EXPECT_EQ(*find_device("input door", "mcp23017", board), "/dev/gpiochip4");
  EXPECT_EQ(*find_device("input door", "gpiochip0", board), "/dev/gpiochip0");
  EXPECT_EQ(*find_device("input door", "/dev/null", board), "/dev/null");
}

TEST(FindChip, AMissingChipListsThoseThatExist) {
  auto const error = find_device("input door", "pinctrl-bcm2711", board).error();
  EXPECT_EQ(error.fault, Fault::not_found);
  EXPECT_EQ(error.text,
            "input door: no GPIO chip 'pinctrl-bcm2711' by label, path or name; there is gpiochip0 "
            "(pinctrl-rp1), "
            "gpiochip4 (mcp23017)");
  EXPECT_THAT(find_device("input door", "/dev/gpiochip9", board).error().text,
              HasSubstr("there is no /dev/gpiochip9; there is gpiochip0"));
}

TEST(FindChip, AMachineWithoutChipsIsToldOfTheSimulatedOne) {
  EXPECT_EQ(find_device("relay strike", "pinctrl-rp1", {}).error().text,
            "relay strike: no GPIO chip 'pinctrl-rp1' by label, path or name; this machine has no "
            "GPIO chip; chip: sim "
            "is the simulated one");
}

TEST(FindChip, TwoChipsOfOneLabelMustBeToldApart) {
  std::vector<ChipReport> twins = {{"/dev/gpiochip1", "gpiochip1", "mcp23017", 16, ""},
                                   {"/dev/gpiochip4", "gpiochip4", "mcp23017", 16, ""}};
  auto const error = find_device("input door", "mcp23017", twins).error();
  EXPECT_EQ(error.fault, Fault::invalid);
  EXPECT_THAT(error.text, HasSubstr("use the path or name of one: gpiochip1 gpiochip4"));
}

TEST(FindChip, ALabelThatMayNotBeReadIsAQuestionOfPermission) {
  std::vector<ChipReport> locked = {
      {"/dev/gpiochip0", "gpiochip0", "", 0, "may not open /dev/gpiochip0"}};
  auto const error = find_device("input door", "pinctrl-rp1", locked).error();
  EXPECT_EQ(error.fault, Fault::denied);
  EXPECT_EQ(error.text, "input door: may not open /dev/gpiochip0");
}

TEST(FindLine, DigitsAreAnOffset) {
  EXPECT_TRUE(is_offset("27"));
  EXPECT_FALSE(is_offset("GPIO27"));
  EXPECT_FALSE(is_offset(""));
}

TEST(FindLine, AMissingLineOffersTheNearestNames) {
  std::vector<std::string> const names = {"GPIO16", "", "GPIO71", "ID_SDA"};
  auto const error = no_line("input door", "gpiochip0 (pinctrl-rp1)", "GPIO17", names);
  EXPECT_EQ(error.fault, Fault::not_found);
  EXPECT_THAT(error.text,
              HasSubstr("gpiochip0 (pinctrl-rp1) has no line named 'GPIO17'; it has '"));
  EXPECT_THAT(error.text, HasSubstr("'GPIO16'"));
  EXPECT_THAT(error.text, HasSubstr("'GPIO71'"));
  EXPECT_THAT(error.text, Not(HasSubstr("SDA")));
}

TEST(FindLine, AChipWithoutNamesIsToldToBeUsedByNumber) {
  EXPECT_EQ(no_line("input door", "gpiochip0 (x)", "GPIO17", std::vector<std::string>(8)).text,
            "input door: gpiochip0 (x) has no line named 'GPIO17'; none of its lines has a name: "
            "use the line's number, "
            "its offset");
  EXPECT_EQ(no_line("input door", "gpiochip0 (x)", "8", std::vector<std::string>(8)).text,
            "input door: gpiochip0 (x) has no line 8; it has 8, counted from 0");
}

TEST(LineErrors, ABusyLineNamesItsHolder) {
  auto const error = request_error("input door", "gpiochip0 (x) line 3 'DOOR'", "gpiomon", EBUSY);
  EXPECT_EQ(error.fault, Fault::busy);
  EXPECT_EQ(error.text,
            "input door: gpiochip0 (x) line 3 'DOOR' is held by 'gpiomon'; end that, or use "
            "another line");
}

TEST(LineErrors, AVanishedChipIsGone) {
  EXPECT_EQ(line_error("input door", "gpiochip0 (x) line 3", "read", ENODEV).fault, Fault::gone);
  EXPECT_EQ(line_error("input door", "gpiochip0 (x) line 3", "read", EIO).fault, Fault::failed);
}

TEST(OpenErrors, APermissionSaysHowToGetIt) {
  auto const error = open_error("/dev/null", EACCES);  // of group root
  EXPECT_EQ(error.fault, Fault::denied);
  EXPECT_THAT(error.text,
              HasSubstr("may not open /dev/null: permission denied; it is for root only"));
  EXPECT_EQ(open_error("/dev/null", ENOTTY).text, "/dev/null is not a GPIO chip");
}

TEST(Libgpiod, TellsItsVersion) {
  EXPECT_THAT(libgpiod_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+.*"));
}

TEST(Libgpiod, AChipThatIsNoneIsRefusedInWords) {
  InputSpec door;
  door.number = 1;
  door.name = "door";
  door.line = {"/dev/null", "3"};
  auto const line = open_libgpiod()->request_input(door);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().text, "input door: /dev/null is not a GPIO chip");
  EXPECT_EQ(line.error().fault, Fault::not_found);
}

}  // namespace
}  // namespace snapcron
