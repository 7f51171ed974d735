// What becomes of fixed times in the spring gap, and which time came last.

#include "core/upcoming.hpp"
#include "support/times.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

using test::at;
using test::zone;
Cron cron(std::string_view pattern) {
  return Cron::parse(pattern).value();
}

/// "2 at 2026-03-29T03:00:00+02:00", or "none".
std::string swallowed(std::string_view pattern, std::string_view after, std::string_view until,
                      std::string_view zone_name) {
  auto const gap = cron(pattern).swallowed(at(after), at(until), zone(zone_name));
  return gap ? std::to_string(gap->count) + " at " + rfc3339(gap->at, zone(zone_name)) : "none";
}

TEST(CronSwallowed, CountsTheTimesThatTheFirstGapTook) {
  struct {
    char const* pattern;
    char const* expected;
  } const cases[] = {
      {"30 2 * * *", "1 at 2026-03-29T03:00:00+02:00"},
      {"0,30 2,3 * * *", "2 at 2026-03-29T03:00:00+02:00"},
      {"0-59/15 0-23 * * *", "4 at 2026-03-29T03:00:00+02:00"},
      {"0-59 30 2 * * *", "60 at 2026-03-29T03:00:00+02:00"},
      {"10,20 0-59 2 * * *", "120 at 2026-03-29T03:00:00+02:00"},
      {"0 3 * * *", "none"},
      {"59 1 * * *", "none"},
      {"30 2 * * MON-SAT", "none"},
      {"*/15 * * * *", "none"},  // an interval
      {"15 * * * *", "none"},
      {"*/15 2 * * *", "none"},
      {"@reboot", "none"},
      {"30 2 31 2 *", "none"},
      {"0 30 2 29 3 * 2026", "1 at 2026-03-29T03:00:00+02:00"},
      {"0 30 2 28 3 * 2026", "none"},
      {"0 30 2 28 3 * 2027", "1 at 2027-03-28T03:00:00+02:00"},
  };
  for (auto const& c : cases)
    EXPECT_EQ(swallowed(c.pattern, "2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "Europe/Berlin"),
              c.expected)
        << c.pattern;
}

TEST(CronSwallowed, LooksFromAfterOneTimeUpToAnother) {
  auto const gap = "1 at 2026-03-29T03:00:00+02:00";
  auto const in = [](char const* after, char const* until) {
    return swallowed("30 2 * * *", after, until, "Europe/Berlin");
  };
  EXPECT_EQ(in("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"), gap);
  EXPECT_EQ(in("2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z"), gap);
  EXPECT_EQ(in("2026-03-29T01:00:00Z", "2026-12-31T00:00:00Z"), "none");
  EXPECT_EQ(in("2026-01-01T00:00:00Z", "2026-03-29T00:59:59.999Z"), "none");
  EXPECT_EQ(in("2026-12-31T00:00:00Z", "2026-01-01T00:00:00Z"), "none");
}

TEST(CronSwallowed, KnowsTheOddGaps) {
  auto const of = [](char const* pattern, char const* after, char const* name) {
    return swallowed(pattern, after, "2100-01-01T00:00:00Z", name);
  };
  EXPECT_EQ(of("15,45 2 * * *", "2026-06-01T00:00:00Z", "Australia/Lord_Howe"),
            "1 at 2026-10-04T02:30:00+11:00");
  EXPECT_EQ(of("30 1,2 * * *", "2026-01-01T00:00:00Z", "Antarctica/Troll"),
            "2 at 2026-03-29T03:00:00+02:00");
  EXPECT_EQ(of("0 0 * * *", "2026-06-01T00:00:00Z", "America/Santiago"),
            "1 at 2026-09-06T01:00:00-03:00");
  EXPECT_EQ(of("0-59 0-23 30 12 *", "2011-01-01T00:00:00Z", "Pacific/Apia"),
            "1440 at 2011-12-31T00:00:00+14:00");
  EXPECT_EQ(of("0 3 * * *", "2026-01-01T00:00:00Z", "Asia/Kolkata"), "none");
}

std::vector<std::string> times(std::string_view pattern, std::string_view zone_name,
                               std::string_view after, int count, bool gap_run_once) {
  std::vector<std::string> all;
  auto time = at(after);
  auto const z = zone(zone_name);
  while (count-- > 0) {
    auto const next = next_time(cron(pattern), z, time, gap_run_once);
    if (!next) break;
    all.push_back(rfc3339(time = *next, z));
  }
  return all;
}
using Times = std::vector<std::string>;

TEST(NextTime, RunsOnceAtTheEndOfAGapThatTookOneTimeOrSeveral) {
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3, true),
            (Times{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00",
                   "2026-03-30T02:30:00+02:00"}));
  EXPECT_EQ(times("0,20,40 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 2, true),
            (Times{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}));
}

TEST(NextTime, IsNotTwiceWhereThePatternNamesTheEndOfTheGapToo) {
  EXPECT_EQ(times("0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 2, true),
            (Times{"2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"}));
}

TEST(NextTime, WithoutRunOnceSkipsTheGap) {
  EXPECT_EQ(times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 2, false),
            (Times{"2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00"}));
}

TEST(NextTime, OfAnIntervalKnowsNoGap) {
  EXPECT_EQ(times("*/30 2 * * *", "Europe/Berlin", "2026-03-28T01:30:00Z", 2, true),
            (Times{"2026-03-30T02:00:00+02:00", "2026-03-30T02:30:00+02:00"}));
}

TEST(NextTime, RunsAtTheEndOfTheGapWhereThatIsAllThereIs) {
  EXPECT_EQ(times("0 30 2 29 3 * 2026", "Europe/Berlin", "2026-01-01T00:00:00Z", 2, true),
            (Times{"2026-03-29T03:00:00+02:00"}));
}

std::string last(std::string_view pattern, std::string_view from, std::string_view until,
                 std::string_view zone_name = "Europe/Berlin") {
  auto const time = cron(pattern).last(at(from), at(until), zone(zone_name));
  return time ? rfc3339(*time, zone(zone_name)) : "none";
}

TEST(CronLast, IsTheLatestTimeOfTheWindow) {
  auto const berlin = [](char const* pattern, char const* from, char const* until) {
    return last(pattern, from, until);
  };
  EXPECT_EQ(berlin("0 3 * * *", "2026-01-01T00:00:00Z", "2026-01-10T01:59:59Z"),
            "2026-01-09T03:00:00+01:00");
  EXPECT_EQ(berlin("0 3 * * *", "2026-01-01T00:00:00Z", "2026-01-10T02:00:00Z"),
            "2026-01-10T03:00:00+01:00");
  EXPECT_EQ(berlin("0 3 * * *", "2026-01-10T02:00:00Z", "2026-01-10T12:00:00Z"), "none");
  EXPECT_EQ(berlin("0 3 * * *", "2026-01-10T02:00:00Z", "2026-01-01T00:00:00Z"), "none");
  EXPECT_EQ(berlin("0 0 29 2 *", "2000-01-01T00:00:00Z", "2027-06-01T00:00:00Z"),
            "2024-02-29T00:00:00+01:00");
  EXPECT_EQ(berlin("0 0 29 2 *", "2024-03-01T00:00:00Z", "2027-06-01T00:00:00Z"), "none");
  EXPECT_EQ(berlin("0 0 31 2 *", "1970-01-01T00:00:00Z", "2199-06-01T00:00:00Z"), "none");
  EXPECT_EQ(berlin("@reboot", "1970-01-01T00:00:00Z", "2199-06-01T00:00:00Z"), "none");
  EXPECT_EQ(berlin("* * * * *", "1900-01-01T00:00:00Z", "1960-01-01T00:00:00Z"), "none");
  EXPECT_EQ(berlin("* * * * *", "2100-01-01T00:00:00Z", "2250-01-01T00:00:00Z"),
            "2199-12-31T23:59:00+01:00");
  EXPECT_EQ(berlin("5-10 0-59/7 9 L-3 2 *", "2000-01-01T00:00:00Z", "2026-06-01T00:00:00Z"),
            "2026-02-25T09:56:10+01:00");
}

TEST(CronLast, LeavesOutTheGapAndTheSecondShowingOfAFixedTime) {
  auto const from = "2026-01-01T00:00:00Z";
  EXPECT_EQ(last("30 2 * * *", from, "2026-03-29T12:00:00Z"), "2026-03-28T02:30:00+01:00");
  EXPECT_EQ(last("30 2 * * *", from, "2026-10-25T12:00:00Z"), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(last("*/30 2 * * *", from, "2026-10-25T12:00:00Z"), "2026-10-25T02:30:00+01:00");
  EXPECT_EQ(last("30 2 25 10 *", from, "2027-01-01T00:00:00Z"), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(last("30 2 * 3 SUN#L", from, "2190-01-01T00:00:00Z"), "none");
}

TEST(CronLast, IsTheLastThatNextTells) {
  for (auto const* name : {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago",
                           "Pacific/Apia", "Africa/Casablanca"}) {
    for (auto const* pattern : {"*/20 * * * *", "30 2 * * *", "0 0 * * *", "15 */2 L * *",
                                "0,30 0-3 * * SUN", "10,40 45 1 1W */2 ?"}) {
      auto const c = cron(pattern);
      auto const z = zone(name);
      auto const from = at("2011-10-01T00:00:00Z");
      Instant latest = from;
      // A window that ends at each of the times, just before it, and somewhat after.
      for (int i = 0; i < 500; ++i) {
        auto const next = c.next(latest, z).value();
        ASSERT_EQ(c.last(from, next, z), next) << pattern << " " << name;
        auto const before = c.last(from, next - 1ns, z);
        ASSERT_EQ(before, latest == from ? std::nullopt : std::optional{latest})
            << pattern << " " << name << " before " << rfc3339(next, z);
        latest = next;
      }
    }
  }
}

}  // namespace
}  // namespace snapcron
