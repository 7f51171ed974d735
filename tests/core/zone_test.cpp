#include "core/zone.hpp"
#include "support/times.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <cstdlib>

namespace snapcron {
namespace {

using test::at;
using test::zone;

/// $TZ for the length of a test.
class TzScope {
 public:
  explicit TzScope(char const* value) {
    if (auto const* old = std::getenv("TZ")) old_ = old;
    value == nullptr ? unsetenv("TZ") : setenv("TZ", value, 1);
  }
  ~TzScope() { old_ ? setenv("TZ", old_->c_str(), 1) : unsetenv("TZ"); }

 private:
  std::optional<std::string> old_;
};

TEST(Zone, IsUtcByDefault) {
  EXPECT_EQ(Zone{}.name(), "UTC");
  EXPECT_EQ(Zone{}, zone("UTC"));
  EXPECT_EQ(Zone{}.offset(at("2026-07-01T00:00:00Z")), std::chrono::seconds{0});
  EXPECT_EQ(Zone{}.civil(at("1969-12-31T23:59:59.9Z")), (Civil{1969, 12, 31, 23, 59, 59, 3}));
}

TEST(Zone, KnowsItsOffsetOnBothSidesOfATransition) {
  auto const berlin = zone("Europe/Berlin");

  EXPECT_EQ(berlin.civil(at("2026-03-29T00:59:59Z")), (Civil{2026, 3, 29, 1, 59, 59, 0}));
  EXPECT_EQ(berlin.civil(at("2026-03-29T01:00:00Z")), (Civil{2026, 3, 29, 3, 0, 0, 0}));
  EXPECT_EQ(berlin.abbreviation(at("2026-10-25T00:59:59Z")), "CEST");
  EXPECT_EQ(berlin.abbreviation(at("2026-10-25T01:00:00Z")), "CET");
}

TEST(Zone, ThePeriodsCoverTimeWithoutGaps) {
  for (auto const* name : {"Europe/Dublin", "Australia/Lord_Howe", "America/New_York",
                           "Pacific/Apia", "Asia/Kolkata"}) {
    auto const z = zone(name);
    auto time = std::chrono::floor<std::chrono::seconds>(at("1990-01-01T00:00:00Z"));
    auto const end = std::chrono::floor<std::chrono::seconds>(at("2040-01-01T00:00:00Z"));
    while (time < end) {
      auto const period = z.period(time);
      ASSERT_LE(period.begin, time) << name;
      ASSERT_GT(period.end, time) << name;
      EXPECT_EQ(z.offset(time), period.offset);
      time = period.end;
    }
  }
}

TEST(Zone, AnUnknownNameIsNotFoundAndTheNearestIsNamed) {
  auto const result = Zone::find("Europe/Stokholm");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(),
            (Error{Fault::not_found,
                   "unknown time zone 'Europe/Stokholm' (did you mean 'Europe/Stockholm'?)"}));
  EXPECT_EQ(Zone::find("CET-1CEST,M3").error().text,
            "unknown time zone 'CET-1CEST,M3': write an IANA name such as Europe/Stockholm");
  for (auto const* name :
       {"", "../../etc/passwd", "/etc/localtime", "tzdata.zi", "Europe", "Europe/"})
    EXPECT_FALSE(Zone::find(name)) << name;
}

TEST(Zone, OfTheSystemIsNamedByTz) {
  for (auto const* tz : {"Asia/Tokyo", ":Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo"}) {
    TzScope const scope{tz};
    EXPECT_EQ(Zone::system().name(), "Asia/Tokyo") << tz;
  }
  TzScope const scope{""};
  EXPECT_EQ(Zone::system(), Zone{});
}

TEST(Zone, OfTheSystemIsAlwaysSome) {
  TzScope const posix{"NOT/A/ZONE"};
  EXPECT_FALSE(Zone::system().name().empty());
}

TEST(Rfc3339, PrintsTheOffsetAndTheFraction) {
  auto const time = at("2026-03-01T21:00:00.123456789Z");

  EXPECT_EQ(rfc3339(time, zone("Europe/Berlin")), "2026-03-01T22:00:00+01:00");
  EXPECT_EQ(rfc3339(time, zone("Europe/Berlin"), 3), "2026-03-01T22:00:00.123+01:00");
  EXPECT_EQ(rfc3339(time, zone("America/St_Johns"), 9), "2026-03-01T17:30:00.123456789-03:30");
  EXPECT_EQ(rfc3339(time, Zone{}), "2026-03-01T21:00:00+00:00");
  EXPECT_EQ(rfc3339(at("1969-12-31T23:59:59.5Z"), Zone{}, 1), "1969-12-31T23:59:59.5+00:00");
}

TEST(Rfc3339, ReadsWhatItPrintsAndWhatOthersPrint) {
  EXPECT_EQ(at("2026-03-01T22:00:00+01:00"), at("2026-03-01T21:00:00Z"));
  EXPECT_EQ(at("2026-03-01 17:30:00.5-03:30"), at("2026-03-01t21:00:00.500z"));
  EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
  EXPECT_EQ(at("1970-01-01T00:00:00.000000001Z").time_since_epoch().count(), 1);
  for (auto const* name :
       {"UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"}) {
    for (auto time = at("2025-01-01T00:00:00.001Z"); time < at("2026-12-01T00:00:00Z");
         time += std::chrono::hours{37})
      ASSERT_EQ(at(rfc3339(time, zone(name), 3)), time);
  }
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (auto const* text :
       {"", "2026-03-01", "2026-03-01T22:00:00", "2026-03-01T22:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T22:60:00Z",
        "2026-03-01T22:00:61Z", "2026-03-01T22:00:00.Z", "2026-03-01T22:00:00.1234567890Z",
        "2026-03-01T22:00:00+0100", "2026-03-01T22:00:00+01:00 ", "26-03-01T22:00:00Z",
        "9999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2026-03-01T22:00:00+24:00", "now"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  EXPECT_EQ(parse_rfc3339("now").error().text,
            "time 'now' is not RFC 3339: write for instance 2026-03-01T22:00:00+01:00");
}

TEST(FormatTime, KnowsEveryLetterThatItAllows) {
  auto const time = at("2026-01-04T13:07:09Z");
  std::pair<char const*, char const*> const cases[] = {
      {"%Y", "2026"},    {"%m", "01"},    {"%d", "04"},         {"%H", "13"},
      {"%M", "07"},      {"%S", "09"},    {"%y", "26"},         {"%j", "004"},
      {"%e", " 4"},      {"%a", "Sun"},   {"%b", "Jan"},        {"%A", "Sunday"},
      {"%B", "January"}, {"%u", "7"},     {"%w", "0"},          {"%p", "PM"},
      {"%I", "01"},      {"%Z", "UTC"},   {"%z", "+0000"},      {"%s", "1767532029"},
      {"%%", "%"},       {"a%%b", "a%b"}, {"%F", "2026-01-04"}, {"%T", "13:07:09"}};
  for (auto const& [format, expected] : cases) {
    EXPECT_EQ(check_time_format(format), "");
    EXPECT_EQ(format_time(format, time, Zone{}), expected);
  }
  EXPECT_EQ(format_time("%I %p", at("2026-01-04T00:30:00Z"), Zone{}), "12 AM");
  EXPECT_EQ(format_time("%I %p", at("2026-01-04T12:30:00Z"), Zone{}), "12 PM");
}

TEST(FormatTime, AgreesWithTheLibraryOnEveryDayOfALeapYear) {
  for (auto time = at("2028-01-01T00:00:01Z"); time < at("2029-01-02T00:00:00Z");
       time += std::chrono::hours{13}) {
    std::time_t const seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    std::tm tm{};
    gmtime_r(&seconds, &tm);
    char expected[200];
    char const* const format = "%Y %m %d %H %M %S %y %j %F %T %e %a %b %A %B %u %w %p %I %z %s %%";
    std::strftime(expected, sizeof expected,
                  "%Y %m %d %H %M %S %y %j %F %T %e %a %b %A %B %u %w %p %I +0000 ", &tm);
    ASSERT_EQ(format_time(format, time, Zone{}), expected + std::to_string(seconds) + " %");
  }
}

TEST(FormatTime, RefusesTheOtherLetters) {
  for (auto const* format : {"%D", "%c", "%x", "%R", "%n", "%E", "%-d", "%", "%Y%"})
    EXPECT_NE(check_time_format(format), "") << format;
}

}  // namespace
}  // namespace snapcron
