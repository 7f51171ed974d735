// docs/cron-conformance.md: each rule of the standard with examples, and what really comes of them.
// The page is compared with what this makes; SNAPCRON_RENEW=1 writes it anew.

#include "core/cron.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

namespace snapcron {
namespace {

/// `expected` is "accepted", "refused", "never", or the next times, separated by ", ".
struct Example {
  std::string pattern;
  std::string expected;
  std::string after = "2025-01-01T00:00:00Z";
  std::string zone = "UTC";
};
struct Clause {
  std::string text;
  std::vector<Example> examples;
};
struct Chapter {
  std::string title;
  std::vector<Clause> rules;
};

Chapter const baseline{
    "OCPS 1.0: the baseline",
    {
        {"Five fields, with spaces or tabs between them, any number; those at the ends are ignored",
         {{"15 10 * * *", "2025-01-01 10:15, 2025-01-02 10:15"},
          {"  15 \t 10 * * *\t", "2025-01-01 10:15"},
          {"15 10 * *", "refused"},
          {"", "refused"}}},
        {"Any other character is an error",
         {{"0 0 * * MON!", "refused"}, {"0 0 1;2 * *", "refused"}, {"H 0 * * *", "refused"}}},
        {"Minutes are 0-59",
         {{"0,59 0 * * *", "2025-01-01 00:59, 2025-01-02 00:00"}, {"60 0 * * *", "refused"}}},
        {"Hours are 0-23",
         {{"0 0,23 * * *", "2025-01-01 23:00, 2025-01-02 00:00"}, {"0 24 * * *", "refused"}}},
        {"Days are 1-31",
         {{"0 0 1,31 * *", "2025-01-31 00:00, 2025-02-01 00:00"},
          {"0 0 0 * *", "refused"},
          {"0 0 32 * *", "refused"}}},
        {"Months are 1-12 or JAN-DEC",
         {{"0 0 1 2,DEC *", "2025-02-01 00:00, 2025-12-01 00:00"},
          {"0 0 1 0 *", "refused"},
          {"0 0 1 13 *", "refused"},
          {"0 0 1 FOO *", "refused"}}},
        {"Weekdays are 0-7 or SUN-SAT; 0 and 7 are Sunday",
         {{"0 0 * * 0", "2025-01-05 00:00"},
          {"0 0 * * 7", "2025-01-05 00:00"},
          {"0 0 * * SUN", "2025-01-05 00:00"},
          {"0 0 * * 5-7", "2025-01-03 00:00, 2025-01-04 00:00, 2025-01-05 00:00, 2025-01-10 00:00"},
          {"0 0 * * 8", "refused"}}},
        {"Names are read in any case", {{"30 8 * jan Mon", "2025-01-06 08:30, 2025-01-13 08:30"}}},
        {"`*` is every value", {{"* * * * *", "2025-01-01 00:01, 2025-01-01 00:02"}}},
        {"`,` separates the entries of a list, which is their union",
         {{"0,20,30-31 0 * * *",
           "2025-01-01 00:20, 2025-01-01 00:30, 2025-01-01 00:31, 2025-01-02 00:00"},
          {"1,,2 * * * *", "refused"}}},
        {"`-` is a range with both its ends",
         {{"0 9-11 * * *",
           "2025-01-01 09:00, 2025-01-01 10:00, 2025-01-01 11:00, 2025-01-02 09:00"}}},
        {"`/` is a step over a range or `*`, from the lowest value on",
         {{"5-59/15 9 * * *",
           "2025-01-01 09:05, 2025-01-01 09:20, 2025-01-01 09:35, 2025-01-01 09:50, 2025-01-02 "
           "09:05"},
          {"*/20 0 * * *", "2025-01-01 00:20, 2025-01-01 00:40, 2025-01-02 00:00"}}},
        {"A step over neither is an error",
         {{"0/15 * * * *", "refused"}, {"10/10 * * * *", "refused"}, {"0 0 /30 * *", "refused"}}},
        {"A step beyond the range yields its first value",
         {{"*/90 * * * *", "2025-01-01 01:00, 2025-01-01 02:00"}}},
        {"A step of 0 is an error", {{"*/0 * * * *", "refused"}}},
        {"A range that goes backwards is an error",
         {{"0 17-9 * * *", "refused"}, {"0 0 10-5 * *", "refused"}}},
        {"Day and weekday, both restricted: one of them must match",
         {{"0 12 1 * MON", "2025-10-01 12:00, 2025-10-06 12:00, 2025-10-13 12:00",
           "2025-09-30T00:00:00Z"}}},
        {"Only `*` is unrestricted: `1-31` and `*/10` restrict",
         {{"0 12 * * MON", "2025-10-06 12:00, 2025-10-13 12:00", "2025-09-30T00:00:00Z"},
          {"0 12 1-31 * MON", "2025-10-06 12:00, 2025-10-07 12:00", "2025-10-05T13:00:00Z"},
          {"0 0 */10 * SUN", "2025-01-05 00:00, 2025-01-11 00:00, 2025-01-12 00:00"}}},
        {"An impossible date is no error, and has no next time",
         {{"* * 31 2 *", "accepted"}, {"* * 31 2 *", "never"}, {"0 0 31 4,6,9,11 *", "never"}}},
        {"A pattern goes by local time",
         {{"0 12 * * *", "2025-07-01T12:00:00+02:00", "2025-07-01T00:00:00Z", "Europe/Berlin"}}},
    }};

Chapter const nicknames{
    "OCPS 1.1: nicknames",
    {
        {"`@yearly` and `@annually` are `0 0 1 1 *`",
         {{"@yearly", "2026-01-01 00:00"}, {"@annually", "2026-01-01 00:00"}}},
        {"`@monthly` is `0 0 1 * *`", {{"@monthly", "2025-02-01 00:00, 2025-03-01 00:00"}}},
        {"`@weekly` is `0 0 * * 0`", {{"@weekly", "2025-01-05 00:00, 2025-01-12 00:00"}}},
        {"`@daily` and `@midnight` are `0 0 * * *`",
         {{"@daily", "2025-01-02 00:00, 2025-01-03 00:00"}, {"@midnight", "2025-01-02 00:00"}}},
        {"`@hourly` is `0 * * * *`", {{"@hourly", "2025-01-01 01:00, 2025-01-01 02:00"}}},
        {"`@reboot` is the start of the daemon, never a time of the calendar",
         {{"@reboot", "accepted"}, {"@reboot", "never"}}},
        {"Nicknames are case-sensitive", {{"@Daily", "refused"}}},
        {"Nicknames stand alone", {{"@daily 0 0 * * *", "refused"}, {"0 0 * * @daily", "refused"}}},
    }};

Chapter const seconds_and_years{
    "OCPS 1.2: seconds and years",
    {
        {"With five fields the second is 0", {{"15 10 * * *", "2025-01-01 10:15"}}},
        {"With six fields the first is the second, 0-59",
         {{"30 15 10 * * *", "2025-01-01 10:15:30, 2025-01-02 10:15:30"},
          {"*/20 0 0 * * *", "2025-01-01 00:00:20, 2025-01-01 00:00:40, 2025-01-02 00:00"},
          {"60 0 0 * * *", "refused"}}},
        {"With seven fields the last is the year",
         {{"0 15 10 1 1 * 2025,2027", "2025-01-01 10:15, 2027-01-01 10:15"},
          {"0 15 10 1 1 * 2020", "never"},
          {"0 0 0 1 1 * * *", "refused"}}},
        {"A year is 1970-2199, and steps over all of them begin at 1970",
         {{"0 0 0 1 1 * 1970-2199/2", "2026-01-01 00:00, 2028-01-01 00:00"},
          {"0 0 0 1 1 * */2", "2026-01-01 00:00, 2028-01-01 00:00"},
          {"0 0 0 1 1 * 2199", "2199-01-01 00:00"}}},
        {"Other years are an error: nothing beyond 1970-2199 is documented here",
         {{"0 0 0 1 1 * 1969", "refused"}, {"0 0 0 1 1 * 2200", "refused"}}},
    }};

Chapter const calendar{
    "OCPS 1.3: the last, the nth and the nearest day",
    {
        {"`L` as a day is the month's last",
         {{"0 0 L * *", "2025-01-31 00:00, 2025-02-28 00:00, 2025-03-31 00:00"},
          {"0 0 L 2 *", "2025-02-28 00:00, 2026-02-28 00:00, 2027-02-28 00:00, 2028-02-29 00:00"},
          {"0 0 15,L * *", "2025-01-15 00:00, 2025-01-31 00:00"}}},
        {"`5L`, `5#L` and `FRI#L` are the month's last Friday",
         {{"0 0 * * 5L", "2025-01-31 00:00, 2025-02-28 00:00"},
          {"0 0 * * 5#L", "2025-01-31 00:00, 2025-02-28 00:00"},
          {"0 0 * * FRI#L", "2025-01-31 00:00, 2025-02-28 00:00"}}},
        {"`2#3` and `TUE#3` are the month's third Tuesday",
         {{"0 0 * * 2#3", "2025-01-21 00:00, 2025-02-18 00:00"},
          {"0 0 * * TUE#3", "2025-01-21 00:00"},
          {"0 0 * * MON#5", "2025-03-31 00:00, 2025-06-30 00:00"}}},
        {"The n of `#` is 1-5", {{"0 0 * * MON#0", "refused"}, {"0 0 * * MON#6", "refused"}}},
        {"`15W` is the weekday (Monday to Friday) nearest to the 15th",
         {{"0 12 15W * *",
           "2025-01-15 12:00, 2025-02-14 12:00, 2025-03-14 12:00, 2025-04-15 12:00, 2025-05-15 "
           "12:00, "
           "2025-06-16 12:00"}}},
        {"`W` does not leave the month",
         {{"0 12 1W * *", "2025-02-03 12:00", "2025-01-31T13:00:00Z"},
          {"0 12 31W 8 *", "2025-08-29 12:00"}}},
        {"`W` is of one day only, without range or list",
         {{"0 12 1-15W * *", "refused"},
          {"0 12 1W,15 * *", "refused"},
          {"0 12 15W,1 * *", "refused"}}},
        {"`L`, `#` and `W` stand in their own fields only",
         {{"L 0 * * *", "refused"}, {"0 0 1#2 * *", "refused"}, {"0 0 * * 1W", "refused"}}},
        {"`L` and `W` are upper case", {{"0 0 l * *", "refused"}, {"0 0 15w * *", "refused"}}},
    }};

Chapter const logic{
    "OCPS 1.4: logic and clocks",
    {
        {"Day and weekday are ORed where nothing else is said",
         {{"0 12 1 * MON", "2025-09-01 12:00, 2025-09-08 12:00", "2025-08-31T00:00:00Z"}}},
        {"`+` in front of the weekday: both must match",
         {{"0 12 1 * +MON", "2025-09-01 12:00, 2025-12-01 12:00", "2025-08-31T00:00:00Z"},
          {"0 0 13 * +FRI", "2025-06-13 00:00, 2026-02-13 00:00"}}},
        {"`+` anywhere else is an error",
         {{"0 12 +1 * MON", "refused"},
          {"0 12 1 * MON+", "refused"},
          {"0 12 1 * MON,+TUE", "refused"},
          {"+0 12 1 * MON", "refused"}}},
        {"`?` is `*`, as a day or a weekday",
         {{"0 12 ? * MON", "2025-01-06 12:00, 2025-01-13 12:00"},
          {"0 12 1 * ?", "2025-01-01 12:00, 2025-02-01 12:00"}}},
        {"`?` anywhere else is an error",
         {{"? 12 * * *", "refused"}, {"0 12 * ? *", "refused"}, {"0 0 ?/2 * *", "refused"}}},
        {"A time in the spring gap is skipped",
         {{"30 2 * * *", "2026-03-28T02:30:00+01:00, 2026-03-30T02:30:00+02:00",
           "2026-03-28T00:00:00Z", "Europe/Berlin"},
          {"0 0 * * *", "2026-09-05T00:00:00-04:00, 2026-09-07T00:00:00-03:00",
           "2026-09-05T00:00:00Z", "America/Santiago"}}},
        {"A time that comes twice in autumn runs once, the first time",
         {{"30 2 * * *", "2026-10-25T02:30:00+02:00, 2026-10-26T02:30:00+01:00",
           "2026-10-25T00:00:00Z", "Europe/Berlin"}}},
        {"Patterns whose minute or hour begins with `*` go by elapsed time, as Vixie cron's do",
         {{"*/30 * * * *",
           "2026-10-25T02:00:00+02:00, 2026-10-25T02:30:00+02:00, 2026-10-25T02:00:00+01:00, "
           "2026-10-25T02:30:00+01:00, 2026-10-25T03:00:00+01:00",
           "2026-10-24T23:30:00Z", "Europe/Berlin"},
          {"*/30 * * * *", "2026-03-29T01:30:00+01:00, 2026-03-29T03:00:00+02:00",
           "2026-03-29T00:00:00Z", "Europe/Berlin"}}},
        {"One calendar, the Gregorian, and a documented range of years, 1970-2199",
         {{"0 0 29 2 *", "2096-02-29 00:00, 2104-02-29 00:00", "2093-01-01T00:00:00Z"},
          {"0 0 1 1 *", "2199-01-01 00:00", "2198-06-01T00:00:00Z"},
          {"0 0 1 1 *", "never", "2199-06-01T00:00:00Z"}}},
    }};

Chapter const extensions{
    "Beyond the standard: usual extensions",
    {
        {"`LW` is the month's last weekday (Monday to Friday)",
         {{"0 12 LW * *", "2025-05-30 12:00, 2025-06-30 12:00", "2025-05-01T00:00:00Z"}}},
        {"`L-3` is three days before the month's last; n is 1-30",
         {{"0 0 L-3 * *", "2025-01-28 00:00, 2025-02-25 00:00"},
          {"0 0 L-0 * *", "refused"},
          {"0 0 L-31 * *", "refused"}}},
        {"`#` and `L` may stand in a list of weekdays",
         {{"0 0 * * MON#1,FRI#L", "2025-01-06 00:00, 2025-01-31 00:00"}}},
    }};

Chapter const* const chapters[] = {&baseline, &nicknames, &seconds_and_years,
                                   &calendar, &logic,     &extensions};

std::string time_text(Instant at, Zone const& zone) {
  if (zone != Zone{}) return rfc3339(at, zone);
  auto const text = format_time("%F %T", at, zone);
  return text.ends_with(":00") ? text.substr(0, text.size() - 3) : text;
}

/// What really comes of an example, in the terms of `expected`.
std::string outcome(Example const& example) {
  auto const cron = Cron::parse(example.pattern);
  if (!cron) return "refused";
  if (example.expected == "accepted" || example.expected == "refused") return "accepted";
  auto const zone = Zone::find(example.zone).value();
  auto at = parse_rfc3339(example.after).value();
  auto wanted = 1 + std::ranges::count(example.expected, ',');
  std::string times;
  for (; wanted > 0; --wanted) {
    auto const next = cron->next(at, zone);
    if (!next) return times.empty() ? "never" : times + ", never";
    times += (times.empty() ? "" : ", ") + time_text(at = *next, zone);
  }
  return times;
}

/// A row's cell: `pattern`: what comes of it.
std::string example_text(Example const& example) {
  auto shown = example.pattern;
  for (std::size_t tab; (tab = shown.find('\t')) != std::string::npos;) shown.replace(tab, 1, "⇥");
  auto text = shown.empty() ? std::string{"(empty)"} : "`" + shown + "`";
  if (auto const cron = Cron::parse(example.pattern); !cron)
    return text + ": refused, column " + std::to_string(cron.error().column + 1) + ": " +
           cron.error().text;
  text += ": " + outcome(example);
  return example.zone == "UTC" ? text : text + " (" + example.zone + ")";
}

bool conforms(Clause const& rule) {
  return std::ranges::all_of(rule.examples,
                             [](Example const& e) { return outcome(e) == e.expected; });
}

std::string page() {
  std::ostringstream out;
  std::size_t rules = 0, conforming = 0;
  std::ostringstream tables;
  for (auto const* chapter : chapters) {
    tables << "\n## " << chapter->title << "\n\n| rule | verdict | examples |\n|---|---|---|\n";
    for (auto const& rule : chapter->rules) {
      ++rules;
      conforming += conforms(rule);
      tables << "| " << rule.text << " | " << (conforms(rule) ? "conforms" : "DIFFERS") << " | ";
      for (auto const& example : rule.examples)
        tables << (&example == &rule.examples.front() ? "" : "<br>") << example_text(example);
      tables << " |\n";
    }
  }
  out << "# Cron patterns: conformance\n\n"
         "Each rule of the Open Cron Pattern Specification (OCPS, revisions 1.0 to 1.4) with "
         "examples and what snapcron "
         "really\nmakes of them: "
      << conforming << " of " << rules
      << " rules conform. Times are the next ones after 2025 began, or after whatever the test\n"
         "names, in UTC where no zone is given. This page is made by "
         "`tests/core/cron_conformance_test.cpp`, which "
         "fails when\nit differs; `SNAPCRON_RENEW=1` writes it anew. How to use patterns is in "
         "[cron.md](cron.md).\n"
      << tables.str();
  return out.str();
}

TEST(CronConformance, EveryRuleHolds) {
  for (auto const* chapter : chapters) {
    for (auto const& rule : chapter->rules) {
      for (auto const& example : rule.examples)
        EXPECT_EQ(outcome(example), example.expected) << rule.text << ": " << example.pattern;
    }
  }
}

TEST(CronConformance, ThePageSaysWhatReallyHappens) {
  auto const path = SOURCE_DIR "/docs/cron-conformance.md";
  if (char const* const renew = std::getenv("SNAPCRON_RENEW"); renew != nullptr && *renew == '1')
    std::ofstream{path} << page();
  std::ostringstream written;
  written << std::ifstream{path}.rdbuf();
  EXPECT_EQ(written.str(), page()) << "run this with SNAPCRON_RENEW=1 and look at the difference";
}

}  // namespace
}  // namespace snapcron
