#include "http/status_table.hpp"

#include "fake_controls.hpp"
#include "http/status_json.hpp"
#include "http/target.hpp"
#include "http/text_table.hpp"

#include <boost/json/parse.hpp>

#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StatusTable, IsReadByAPerson) {
  FakeControls const daemon;
  EXPECT_EQ("\n" + status_table(status_json(daemon.status())), R"(
snapcron 0.1.0, up 3 h 25 min since 2026-03-01 09:00:00, Europe/Stockholm

Inputs
  #  NAME        LEVEL  CHANGED               EDGES  PULSES  LOST  LAST PULSE
  1  front-door  low    12:22:05 (3 min ago)      5       2     0      512 ms
  2  window      high   -                         0       0     0           -

Relays
  #  NAME    STATE
  1  strike  off
  2  lamp    on

Cameras
  NAME  STATE  LAST PICTURE
  door  ok     12:22:05 (3 min ago)
  yard  lost   -
     camera 'yard': connection refused

Rules
  NAME       STATE  LAST FIRED            RUNS  FAILED  SKIPPED                  NEXT
  door-open  ready  12:22:05 (3 min ago)     3       0  condition 2, cooldown 1  22:22:05 (in 9 h 57 min)
     last skipped: condition: time is not within 18:00-07:00

3 pictures stored
)");
}

TEST(StatusTable, KeepsColumnsStraightWhateverTheNamesAre) {
  FakeControls daemon;
  daemon.state.relays = {
      {1, "dörr", false, true}, {2, "门", true, true}, {3, "e\u0301t", false, false}};
  EXPECT_THAT(status_table(status_json(daemon.status())),
              HasSubstr("  1  dörr  off\n"
                        "  2  门    on\n"
                        "  3  e\u0301t    off\n"
                        "     its chip is gone; waiting for it to come back\n"));
}

TEST(StatusTable, LetsNoNameTouchTheTerminal) {
  FakeControls daemon;
  daemon.state.rules[0].name = "x\033[2Jy";
  auto const text = status_table(status_json(daemon.status()));
  EXPECT_THAT(text, HasSubstr("x?[2Jy"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(StatusTable, IsColouredOnlyWhenAsked) {
  FakeControls const daemon;
  auto const text = status_table(status_json(daemon.status()), true);
  EXPECT_THAT(text, HasSubstr("\033[32mhigh\033[0m"));
}

TEST(StatusTable, TellsWhatACameraKeeps) {
  FakeControls daemon;
  daemon.state.cameras[0].buffer = BufferStatus{25, 1'000'000, std::chrono::milliseconds{4800}, 5};
  EXPECT_THAT(status_table(status_json(daemon.status())),
              HasSubstr("\n     keeps 25 frames of 4.8 s\n"));
}

TEST(StatusTable, TellsThatAReloadWasRefused) {
  FakeControls daemon;
  daemon.state.config_error = "unknown key 'inptus'";
  EXPECT_THAT(
      status_table(status_json(daemon.status())),
      HasSubstr(
          "\nthe latest reload was refused, the old configuration runs: unknown key 'inptus'\n"));
}

TEST(StatusTable, TellsWhyInTheLinesOfTheConfigurationsMistakes) {
  FakeControls daemon;
  daemon.state.config_error = "f:1:1: error: no\n    a:\tb\x1b\n    ^\nf:2:1: error: nor this\n";
  EXPECT_THAT(status_table(status_json(daemon.status())),
              HasSubstr("\nthe latest reload was refused, the old configuration runs:\n"
                        "  f:1:1: error: no\n      a: b?\n      ^\n  f:2:1: error: nor this\n"));
}

TEST(StatusTable, ShowsTheDateOfAnotherDay) {
  FakeControls daemon;
  daemon.state.cameras[0].last = daemon.state.now - std::chrono::hours{50};
  EXPECT_THAT(status_table(status_json(daemon.status())),
              HasSubstr("2026-02-27 10:25:05 (2 d 2 h ago)"));
}

TEST(StatusTable, TakesAnyJsonWithoutComplaint) {
  for (auto const* text :
       {"null", "[]", "{}", "{\"inputs\":1}", "{\"inputs\":[1,null,{\"name\":3}]}",
        "{\"rules\":[{\"skipped\":[]}],\"now\":\"x\"}",
        "{\"deliveries\":{\"queued\":-1}, \"pictures\":1e300}"})
    EXPECT_FALSE(status_table(boost::json::parse(text)).empty()) << text;
}

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(http::display_width(""), 0u);
  EXPECT_EQ(http::display_width("abc"), 3u);
  EXPECT_EQ(http::display_width("öäü"), 3u);
  EXPECT_EQ(http::display_width("e\u0301"), 1u);
  EXPECT_EQ(http::display_width("門 📷"), 5u);
}

TEST(Target, SameSiteMeansSameHostAndPort) {
  EXPECT_TRUE(http::same_site("http://box:8080/io/", "box:8080"));
  EXPECT_TRUE(http::same_site("https://box", "box:443"));
  EXPECT_TRUE(http::same_site("http://[::1]:80", "[::1]"));
  EXPECT_FALSE(http::same_site("http://box:8080", "box"));
  EXPECT_FALSE(http::same_site("http://box", ""));
  EXPECT_FALSE(http::same_site("ftp://box", "box"));
}

}  // namespace
}  // namespace snapcron
