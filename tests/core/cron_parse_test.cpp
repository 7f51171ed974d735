#include "core/cron.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

TEST(CronParse, AcceptsWhatTheStandardAllows) {
  for (auto const* pattern : {"* * * * *",
                              "0 0 1 1 0",
                              "59 23 31 12 7",
                              "*/15 0-4,8-12 * JAN-MAR,DEC MON-FRI",
                              "5-59/15 9 * * *",
                              "0 0 * * sun",
                              "0 0 * jAn sAt",
                              "  0 \t 0 * * *\t",
                              "00 05 01 01 *",
                              "*/60 * * * *",
                              "*/1000000 * * * *",
                              "0-0 * * * *",
                              "1,1,1 * * * *",
                              "*,5 * * * *",
                              "0 0 31 2 *",
                              "30 15 10 * * *",
                              "0 0 0 1 1 * 1970",
                              "0 0 0 1 1 * 2199",
                              "0 0 0 1 1 * 1970-2199/2",
                              "0 0 0 1 1 * 2025,2027",
                              "0 0 L * *",
                              "0 0 L-1 * *",
                              "0 0 L-30,1 * *",
                              "0 0 LW * *",
                              "0 0 1W * *",
                              "0 0 31W * *",
                              "0 0 * * 5L",
                              "0 0 * * 5#L",
                              "0 0 * * FRI#L",
                              "0 0 * * 2#3",
                              "0 0 * * mon#1,fri#5",
                              "0 0 * * 7#1",
                              "0 12 1 * +MON",
                              "0 12 1 * +MON#1,TUE",
                              "0 12 * * +*",
                              "0 0 ? * ?",
                              "0 0 1 * +?",
                              "@yearly",
                              "@annually",
                              "@monthly",
                              "@weekly",
                              "@daily",
                              "@midnight",
                              "@hourly",
                              "@reboot",
                              " @daily "}) {
    auto const cron = Cron::parse(pattern);
    EXPECT_TRUE(cron) << pattern << ": " << cron.error().text;
  }
}

TEST(CronParse, TellsTheColumnAndWhatIsAllowed) {
  struct {
    char const* pattern;
    std::size_t column;
    char const* text;
  } const cases[] = {
      {"", 0, "the pattern is empty: write for instance */10 * * * *"},
      {" \t ", 0, "the pattern is empty: write for instance */10 * * * *"},
      {"* * * *", 7,
       "4 fields: a pattern has five (minute hour day month weekday), six (second first) or seven "
       "(year last)"},
      {"daily", 5,
       "1 field: a pattern has five (minute hour day month weekday), six (second first) or seven "
       "(year last)"},
      {"* * * * * * * *", 14,
       "a pattern has at most seven fields (second minute hour day month weekday year)"},
      {"75 * * * *", 0, "minute 75 is not in 0-59"},
      {"60 0 * * *", 0, "minute 60 is not in 0-59"},
      {"0  24 * * *", 3, "hour 24 is not in 0-23"},
      {"0 0 0 * *", 4, "day 0 is not in 1-31"},
      {"0 0 1,32 * *", 6, "day 32 is not in 1-31"},
      {"0 0 * 13 *", 6, "month 13 is not in 1-12"},
      {"0 0 * * 8", 8, "weekday 8 is not in 0-7"},
      {"0 0 0 1 1 * 1969", 12, "year 1969 is not in 1970-2199"},
      {"0 0 0 1 1 * 2200", 12, "year 2200 is not in 1970-2199"},
      {"99999999999999999999999 * * * *", 0, "minute 99999999999999999999 is not in 0-59"},
      {"0 0 * FOO *", 6, "'FOO' is no month: write 1-12 or JAN-DEC"},
      {"0 0 * * MONDAY", 8, "'MONDAY' is no weekday: write 0-7 or SUN-SAT"},
      {"0 0 * * FRIL", 8, "'FRIL' is no weekday: write 0-7 or SUN-SAT"},
      {"0 0 * 1-XXX *", 8, "'XXX' is no month: write 1-12 or JAN-DEC"},
      {"30-10 * * * *", 3, "the range 30-10 in the minute goes backwards: write 30-59,0-10"},
      {"0 17-9 * * *", 5, "the range 17-9 in the hour goes backwards: write 17-23,0-9"},
      {"0 0 * DEC-FEB *", 10, "the range DEC-FEB in the month goes backwards: write 12,1-2"},
      {"0 0 * * FRI-MON", 12, "the range FRI-MON in the weekday goes backwards: write 5-7,0-1"},
      {"0 0 0 1 1 * 2030-2026", 17,
       "the range 2030-2026 in the year goes backwards: write 2030-2199,1970-2026"},
      {"0 0 * * SAT-SUN", 12,
       "the range SAT-SUN in the weekday goes backwards: at the end of a range, write Sunday as 7"},
      {"0/15 * * * *", 1, "a step in the minute needs a range or '*': write 0-59/15 or */15"},
      {"10/10 * * * *", 2, "a step in the minute needs a range or '*': write 10-59/10 or */10"},
      {"0 0 /30 * *", 4, "a value is missing before '/' in the day: write 1-31"},
      {"*/0 * * * *", 2, "a step of 0 in the minute leads nowhere: write a number from 1"},
      {"*/ * * * *", 2, "after '/' in the minute comes the step, a number from 1"},
      {"*/x * * * *", 2, "after '/' in the minute comes the step, a number from 1"},
      {"1,,2 * * * *", 2, "a value is missing before ',' in the minute: write 0-59"},
      {"1, * * * *", 2, "a value is missing at the end of the minute: write 0-59"},
      {"-5 * * * *", 0, "a value is missing before '-' in the minute: write 0-59"},
      {"1- * * * *", 2, "a value is missing at the end of the minute: write 0-59"},
      {"1-2-3 * * * *", 3,
       "unexpected '-' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"*5 * * * *", 1, "unexpected '5' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"** * * * *", 1, "unexpected '*' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"% * * * *", 0, "unexpected '%' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"\xc3\xa4 * * * *", 0,
       "unexpected '\xc3\xa4' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"\x1b * * * *", 0,
       "unexpected '?' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"1\n * * * *", 1, "unexpected '?' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"MON * * * *", 0, "unexpected 'M' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"H * * * *", 0, "unexpected 'H' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"L * * * *", 0, "unexpected 'L' in the minute: allowed are digits, '*', ',', '-' and '/'"},
      {"? 12 * * *", 0,
       "unexpected '?' in the minute ('?' stands only for a day or a weekday): allowed are digits, "
       "'*', ',', '-' and "
       "'/'"},
      {"0 0 ?/2 * *", 4,
       "unexpected '?' in the day ('?' stands alone): allowed are digits, '*', ',', '-', '/', 'L', "
       "'W' and '?'"},
      {"0 0 l * *", 4,
       "unexpected 'l' in the day ('L' and 'W' are written in upper case): allowed are digits, "
       "'*', ',', '-', '/', "
       "'L', 'W' and '?'"},
      {"0 0 15w * *", 6,
       "unexpected 'w' in the day ('L' and 'W' are written in upper case): allowed are digits, "
       "'*', ',', '-', '/', "
       "'L', 'W' and '?'"},
      {"0 12 +1 * MON", 5,
       "unexpected '+' in the day ('+' stands only in front of the weekday): allowed are digits, "
       "'*', ',', '-', '/', "
       "'L', 'W' and '?'"},
      {"0 12 1 * MON,+TUE", 13,
       "unexpected '+' in the weekday ('+' stands only in front of the weekday): allowed are "
       "digits, SUN-SAT, '*', "
       "',', '-', '/', '#', 'L', '+' and '?'"},
      {"0 12 1 * +", 10, "a value is missing at the end of the weekday: write 0-7 or SUN-SAT"},
      {"0 12 1-15W * *", 5, "a day with 'W' stands alone, without a range"},
      {"0 12 1,15W * *", 7, "a day with 'W' stands alone, without a list: the day has 2 entries"},
      {"0 12 LW,3 * *", 5, "a day with 'W' stands alone, without a list: the day has 2 entries"},
      {"0 12 L-31 * *", 7, "L-31 in the day is not in L-1 to L-30"},
      {"0 12 L-0 * *", 7, "L-0 in the day is not in L-1 to L-30"},
      {"0 12 * * MON#6", 13, "#6 in the weekday is not in #1 to #5: a month has at most five"},
      {"0 12 * * MON#0", 13, "#0 in the weekday is not in #1 to #5: a month has at most five"},
      {"0 12 * * MON#", 13, "after '#' in the weekday comes 1-5 or L"},
      {"0 12 * * MON#1-2", 14,
       "unexpected '-' in the weekday: allowed are digits, SUN-SAT, '*', ',', '-', '/', '#', 'L', "
       "'+' and '?'"},
      {"0 12 * * L", 9, "'L' is no weekday: write 0-7 or SUN-SAT"},
      {"@Daily", 0, "unknown nickname '@Daily' (did you mean '@daily'?)"},
      {"@dayly", 0, "unknown nickname '@dayly' (did you mean '@daily'?)"},
      {"@every 5m", 0,
       "unknown nickname '@every': known are @yearly, @annually, @monthly, @weekly, @daily, "
       "@midnight, @hourly and "
       "@reboot"},
      {" @daily 0 0 * * *", 1, "'@daily' stands alone, without fields"},
      {"@reboot *", 0, "'@reboot' stands alone, without fields"},
  };
  for (auto const& c : cases) {
    auto const cron = Cron::parse(c.pattern);
    ASSERT_FALSE(cron) << c.pattern;
    EXPECT_EQ(cron.error().text, c.text) << c.pattern;
    EXPECT_EQ(cron.error().column, c.column) << c.pattern;
  }
}

TEST(CronParse, IsBounded) {
  EXPECT_EQ(Cron::parse(std::string(100'000, '1')).error().text,
            "a pattern has at most 1000 characters");
}

}  // namespace
}  // namespace snapcron
