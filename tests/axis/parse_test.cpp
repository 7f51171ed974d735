// The grammar, with everything that the manuals print.
#include "axis/script.hpp"
#include "axis/times.hpp"

#include <gtest/gtest.h>

#include <string>

namespace snapcron {
namespace {

AxisScript parsed(std::string const& text) {
  std::vector<Diagnostic> mistakes;
  auto script = parse_axis_script(text, mistakes);
  for (auto const& mistake : mistakes) ADD_FAILURE() << text << to_text(mistake);
  return script;
}

/// "LINE:COLUMN MESSAGE", one a line.
std::string wrong(std::string const& text) {
  std::vector<Diagnostic> mistakes;
  parse_axis_script(text, mistakes);
  std::string all;
  for (auto const& mistake : mistakes)
    all += std::to_string(mistake.at.line) + ":" + std::to_string(mistake.at.column) + " " +
           mistake.message + "\n";
  return all;
}

/// The first trigger of an entry with one command.
AxisEntry entry(std::string const& trigger) {
  auto const script = parsed(trigger + "\nsnapshot;\n%\n");
  return script.entries.empty() ? AxisEntry{} : script.entries.front();
}

std::string terms(std::string const& trigger) {
  auto const read = entry(trigger);
  std::string text = read.boot ? "BOOT" : "";
  for (auto const& term : read.terms) {
    text += text.empty() ? "" : "&";
    text += "/\\10"[static_cast<int>(term.act)];
    text += term.input == 0 ? "B" : "I" + std::to_string(term.input);
  }
  return text;
}

AxisCommand command(std::string const& text) {
  auto const script = parsed("* * * * * :\n" + text + "\n%\n");
  return script.entries.empty() ? AxisCommand{} : script.entries.front().commands.front();
}

TEST(AxisTrigger, HasFiveTimeFieldsAndPerhapsASixth) {
  EXPECT_EQ(cron_pattern(entry("3 10,12,14 4-8 * * :").times), "3 10,12,14 4-8 * *");
  EXPECT_EQ(cron_pattern(entry("0 0 * * 0 * :").times), "0 0 * * 0");
  EXPECT_EQ(cron_pattern(entry("* * * * *:").times), "* * * * *");
  EXPECT_EQ(cron_pattern(entry("00 08-09,11 1-31 * 0-6 :").times), "0 8,9,11 * * *");
}

TEST(AxisTrigger, AsksForTheDayOfTheMonthAndTheWeekdayTogether) {
  EXPECT_EQ(cron_pattern(entry("0 12 13 * 5 :").times), "0 12 13 * +5");
}

TEST(AxisTrigger, IsWrittenInAllTheWaysThatArePrinted) {
  EXPECT_EQ(terms("* * * * * BOOT:"), "BOOT");
  EXPECT_EQ(terms("* * * * * boot :"), "BOOT");
  EXPECT_EQ(terms("* * * * * /I1:"), "/I1");
  EXPECT_EQ(terms("* * * * * / I1 :"), "/I1");
  EXPECT_EQ(terms("* * * * * /B :"), "/B");
  EXPECT_EQ(terms(R"(* * * * * \B&1I1 :)"), R"(\B&1I1)");
  EXPECT_EQ(terms("* * * * * 0I1&/I2:"), "0I1&/I2");
  EXPECT_EQ(terms("* * * * * 0I2 & 1I4 :"), "0I2&1I4");
  EXPECT_EQ(terms("* * * * * * :"), "");
  EXPECT_EQ(terms("* * * * * :"), "");
  EXPECT_EQ(terms("\t* *  * * *\t/i1 :\r"), "/I1");
}

TEST(AxisTrigger, IsToldWhereItIsWrong) {
  EXPECT_EQ(wrong("60 * * * * :\nsnapshot;\n%\n"),
            "1:1 the minute is * or numbers from 0-59, such as 3 or 1,4-6, not '60'\n");
  EXPECT_EQ(wrong("*/10 * * * * :\nsnapshot;\n%\n"),
            "1:1 the minute is * or numbers from 0-59, such as 3 or 1,4-6; the old units knew no "
            "steps: write the numbers out instead of '*/10'\n");
  EXPECT_EQ(wrong("0 22-6 * * mon :\nsnapshot;\n%\n"),
            "1:3 the hour is * or numbers from 0-23, such as 3 or 1,4-6; '22-6' goes backwards: "
            "write two ranges\n"
            "1:12 the weekday is * or numbers from 0-6 with 0 for Sunday, such as 3 or 1,4-6, not "
            "'mon'\n");
  EXPECT_EQ(wrong("* * * :\nsnapshot;\n%\n"),
            "1:7 a trigger begins with five time fields, minute, hour, day, month and weekday: "
            "here are 3\n");
  auto const no_term = std::string{
      "the sixth field is BOOT, or terms joined by '&': '/' (rises), '\\' (falls), '1' (is high) "
      "or '0' (is low), and then I1 to I4 or B\n"};
  EXPECT_EQ(wrong("* * * * * /I5 :\nsnapshot;\n%\n"), "1:11 " + no_term);
  EXPECT_EQ(wrong("* * * * * I1 :\nsnapshot;\n%\n"), "1:11 " + no_term);
  EXPECT_EQ(wrong("* * * * * /I1& :\nsnapshot;\n%\n"), "1:16 " + no_term);
  EXPECT_EQ(wrong("* * * * * /I1\nsnapshot;\n%\n"), "2:1 a ':' must end the trigger\n");
}

TEST(AxisCommand, HasOptionsAndWordsUpToASemicolon) {
  auto const alert =
      command("alert -host 172.16.253.80 -port 2703 -message \"Alarm \\\"0013\\\"; 5% : a\";");
  EXPECT_EQ(alert.name.text, "alert");
  ASSERT_EQ(alert.options.size(), 3u);
  EXPECT_EQ(alert.options[0].name.text, "host");
  EXPECT_EQ(alert.options[0].value->text, "172.16.253.80");
  EXPECT_EQ(alert.options[2].value->text, "Alarm \"0013\"; 5% : a");
  EXPECT_EQ(alert.options[2].value->at, (Position{2, 47}));

  EXPECT_EQ(command("buffer_init 1,2,25:2,3,5;").words.at(0).text, "1,2,25:2,3,5");
  EXPECT_TRUE(command("buffer_init ;").words.empty());
  EXPECT_FALSE(command("relay -on;").options.at(0).value);
  EXPECT_EQ(command("ptz -pan -45;").options.at(0).value->text, "-45");
  EXPECT_EQ(command("SNAPSHOT -SRC fullsize.jpg;").options.at(0).name.text, "src");
}

TEST(AxisCommand, MayGoOnOnTheNextLine) {
  auto const start = command("buffer_start -src fullsize.jpg -cam 3 -interval s30\n-duration inf;");
  ASSERT_EQ(start.options.size(), 4u);
  EXPECT_EQ(start.options[3].value->text, "inf");
  EXPECT_EQ(command("online -script\n\"'' 'ogin:' '$(USER)'\";").options.at(0).value->text,
            "'' 'ogin:' '$(USER)'");
  EXPECT_EQ(command("alert -message \"Alarm \n  \\\"0013\\\"\";").options.at(0).value->text,
            "Alarm \"0013\"");
}

TEST(AxisCommand, HasBytesInItsTexts) {
  EXPECT_EQ(command(R"(log "a\0x04b\0X7eC:\dir";)").words.at(0).text,
            "a\x04"
            "b~C:\\dir");
}

TEST(AxisCommand, RemembersWhereItsTextsHaveBytesThatAreNoCharacters) {
  auto const text = command(R"(log "a\0xff\0x00\0x80";)").words.at(0);
  EXPECT_EQ(text.text, "a\u00ff\u2400\u0080");
  EXPECT_EQ(text.byte, (Position{2, 7}));
  EXPECT_EQ(command(R"(log "\0x7f";)").words.at(0).byte, std::nullopt);
}

TEST(AxisCommand, CountsFramesASecondInTwoWordsOrOne) {
  EXPECT_EQ(command("buffer_start -interval fps 5 -store 2;").options.at(0).value->text, "fps5");
  EXPECT_EQ(command("buffer_start -interval fps5;").options.at(0).value->text, "fps5");
}

TEST(AxisScript, KeepsItsComments) {
  auto const script = parsed(
      "# one\n#two  \n* * * * * :\n# three\nsnapshot;\n%\n\n# four\n0 * * * * :\nlog x;\n%\n# "
      "five");
  ASSERT_EQ(script.entries.size(), 2u);
  EXPECT_EQ(script.entries[0].comments, (std::vector<std::string>{" one", "two"}));
  EXPECT_EQ(script.entries[0].commands[0].comments, std::vector<std::string>{" three"});
  EXPECT_EQ(script.entries[1].comments, std::vector<std::string>{" four"});
  EXPECT_EQ(script.comments, std::vector<std::string>{" five"});
}

TEST(AxisScript, MayComeFromWindows) {
  auto const script = parsed("\xef\xbb\xbf# one\r\n* * * * * /I1:\r\nsnapshot;\r\n%\r\n");
  ASSERT_EQ(script.entries.size(), 1u);
  EXPECT_EQ(script.entries[0].comments, std::vector<std::string>{" one"});
}

TEST(AxisScript, TellsWhatIsMissingWhereItShouldStand) {
  EXPECT_EQ(wrong("* * * * * :\nrelay -on\nsnapshot;\n%\n"),
            "2:10 a ';' is missing after the command 'relay'\n");
  EXPECT_EQ(wrong("* * * * * :\nsnapshot\n%\n"),
            "2:9 a ';' is missing after the command 'snapshot'\n");
  EXPECT_EQ(wrong("* * * * * :\nsnapshot;\n"),
            "1:1 this entry is not ended: after its last command a '%' must stand\n");
  EXPECT_EQ(wrong("* * * * * :\n%\n"), "2:1 this entry has no command\n");
  EXPECT_EQ(wrong("%\n"), "1:1 this '%' ends nothing: an entry begins with its trigger\n");
  EXPECT_EQ(wrong("* * * * * :\nlog \"open;\n%\n* * * * * :\nlog \"x\";\n%\n"),
            "2:5 this quote is never closed\n");
  EXPECT_EQ(wrong(""), "1:1 the script holds no entry: a trigger, commands and a '%'\n");
}

TEST(AxisScript, TellsAllItsMistakesAtOnce) {
  EXPECT_EQ(wrong("61 * * * * :\nsnapshot;\n%\n* * * * * /I9:\nrelay -on\n%\nsnapshot;\n%\n"),
            "1:1 the minute is * or numbers from 0-59, such as 3 or 1,4-6, not '61'\n"
            "4:11 the sixth field is BOOT, or terms joined by '&': '/' (rises), '\\' (falls), '1' "
            "(is high) or '0' (is low), and then I1 to I4 or B\n"
            "5:10 a ';' is missing after the command 'relay'\n"
            "7:1 the minute is * or numbers from 0-59, such as 3 or 1,4-6, not 'snapshot;'\n");
}

TEST(AxisScript, HasAnEnd) {
  EXPECT_EQ(wrong(std::string(longest_axis_script + 1, '#')),
            "1:1 the script is larger than 65536 bytes\n");
}

/// The minutes at which a level that stands already comes to count.
TEST(AxisTimes, BeginWhereTheMinuteBeforeDoesNotMatch) {
  using Patterns = std::vector<std::string>;
  EXPECT_EQ(beginnings(entry("0 8 * * * :").times), Patterns{"0 8 * * *"});
  EXPECT_EQ(beginnings(entry("* 8-17 * * * :").times), Patterns{"0 8 * * *"});
  EXPECT_EQ(beginnings(entry("0-29,45 8-17 * * 1-5 :").times), Patterns{"0,45 8-17 * * 1-5"});
  EXPECT_EQ(beginnings(entry("* 0-5,22-23 * * * :").times), Patterns{"0 22 * * *"});
  EXPECT_EQ(beginnings(entry("* * * * 1-5 :").times), Patterns{"0 0 * * 1"});
  EXPECT_EQ(beginnings(entry("* * 1-7 * * :").times), Patterns{"0 0 1-7 * *"});
}

}  // namespace
}  // namespace snapcron
