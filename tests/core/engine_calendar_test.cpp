// Calendar rules when the clock or the daemon is disturbed: the missed-run vectors M1 to M10, clock
// steps, the spring gap, a clock that is not trusted yet, and jitter. Whatever the disturbance,
// what did not fire says why.
#include "engine_fixture.hpp"

namespace snapcron {
namespace {

class CalendarTest : public EngineTest {
 protected:
  CalendarTest() { passed = -2h; }  // ten o'clock

  void load_cron(char const* pattern, MissedPolicy missed = {MissedPolicy::What::once, 12h},
                 Zone in = {}, Duration jitter = {}, bool run_once = false) {
    auto r = rule("r", {{CronTrigger{*Cron::parse(pattern), in, missed, jitter, run_once}, ""}},
                  {pulse(1s)});
    r.mode = Mode::parallel;
    load({r});
  }
  /// Lets `by` pass; when each firing was, by the wall clock, and each skip with its reason.
  std::vector<std::string> during(Duration by) {
    std::vector<std::string> seen;
    Duration const end = passed + by;
    for (;;) {
      note(seen);
      auto const wake = next_wake();
      if (!wake || *wake > end) break;
      passed = std::max(passed, *wake);
      engine->tick(now(), out);
    }
    passed = end;
    return seen;
  }
  void note(std::vector<std::string>& seen) {
    for (auto const& fact : out.facts) {
      auto const at = format_time("%d %H:%M", fact.at.wall, zone);
      if (fact.kind == Fact::Kind::trigger) seen.push_back(at);
      if (fact.kind == Fact::Kind::skip)
        seen.push_back(at + " " + fact.reason + " " + std::to_string(fact.count));
    }
    out.facts.clear();
    perform_all();
    out.facts.clear();
  }
  std::vector<std::string> step(Duration by, Duration then) {
    stepped += by;
    engine->clock_changed(now());
    return during(then);
  }
  Zone zone{};
};

TEST_F(CalendarTest, M1_ASmallStepForwardLosesNothing) {
  load_cron("5,10,59 10 * * *");
  EXPECT_THAT(step(4min, 2h), ElementsAre("02 10:05", "02 10:10", "02 10:59"));
}

TEST_F(CalendarTest, M2_AStepOverThreeTimesMakesUpForOne) {
  load_cron("5,10,59 10 * * *");
  EXPECT_THAT(step(90min, 1h), ElementsAre("02 11:30 missed 2", "02 11:30"));
}

TEST_F(CalendarTest, M3_AnIntervalGoesOnFromTheNewTime) {
  load_cron("*/10 * * * *");
  EXPECT_THAT(step(90min, 15min), ElementsAre("02 11:30 missed 8", "02 11:30", "02 11:40"));
}

TEST_F(CalendarTest, M4_AnOldTimeIsNotMadeUpForBeyondItsAge) {
  load_cron("5,10,59 10 * * *");
  EXPECT_THAT(step(4h, 1h), ElementsAre("02 14:00 missed 2", "02 14:00"));
  load_cron("30 15 * * *", {MissedPolicy::What::once, 5min});
  EXPECT_THAT(step(2h, 1h), ElementsAre("02 17:00 missed 1"));
}

TEST_F(CalendarTest, M5_AFixedTimeThatComesTwiceFiresOnce) {
  passed -= 15min;
  load_cron("50 9 * * *");
  EXPECT_THAT(during(15min), ElementsAre("02 09:50"));
  EXPECT_THAT(step(-30min, 25h), ElementsAre("03 09:50"));
}

TEST_F(CalendarTest, M6_AnIntervalIsSetBackWithTheClock) {
  load_cron("*/20 * * * *");
  EXPECT_THAT(step(-30min, 35min), ElementsAre("02 09:40", "02 10:00"));
}

TEST_F(CalendarTest, M7_ANightlyTimeDuringDowntimeIsMadeUpForOnce) {
  passed = -10h;
  load_cron("0 3 * * *");
  restart(6h);
  EXPECT_THAT(during(1h), ElementsAre("02 08:00"));
}

TEST_F(CalendarTest, M7_WithTheDefaultAgeItIsRecordedAsMissed) {
  passed = -10h;
  load_cron("0 3 * * *", {});
  restart(6h);
  EXPECT_THAT(during(1h), ElementsAre("02 08:00 missed 1"));
}

TEST_F(CalendarTest, M8_SixMissedHoursMakeOneFiring) {
  passed = -9h - 30min;
  load_cron("0 * * * *", {MissedPolicy::What::once, 12h});
  restart(6h);
  EXPECT_THAT(during(45min), ElementsAre("02 08:30 missed 5", "02 08:30", "02 09:00"));
}

TEST_F(CalendarTest, M9_ARunThatStillRunsGoesByTheMode) {
  load_cron("0 3 * * *");
  passed = 0h;
  load({rule("r", {cron("0 3 * * *")}, {delay(36h)})});
  advance(48h);
  EXPECT_THAT(said(), ElementsAre("r fires: cron 0 3 * * *", "delay 1d12h", "r skips: mode"));
}

TEST_F(CalendarTest, M10_AClockThatIsNotTrustedHoldsTheCalendarAndThenItsTimesAreMadeUpFor) {
  passed = -9h - 1min;  // 02:59
  load_cron("0 3 * * *");
  auto memory = engine->memory();
  engine = std::make_unique<Engine>("u");
  engine->remember(std::move(memory), "boot");
  engine->distrust_clock();
  load({loaded});
  engine->start(now(), out);
  EXPECT_THAT(during(2min),
              ElementsAre("02 03:00 clock 1"));  // a time of a clock that is not to be believed

  stepped += 24h + 5h;  // the time server has spoken
  engine->clock_changed(now());
  engine->trust_clock(now(), 2min);
  EXPECT_THAT(during(1h), ElementsAre("03 08:01 missed 1", "03 08:01"));
}

TEST_F(CalendarTest, InputRulesRunAtOnceWhileTheClockIsNotTrusted) {
  engine->distrust_clock();
  load({rule("photo", {rising(door)}), rule("r", {cron("* * * * *")})});
  edge(door, true);
  EXPECT_THAT(said(), ElementsAre("photo fires: input front-door rising", "snapshot door"));
}

TEST_F(CalendarTest, ANewRuleOnAClockThatWasYearsBehindMakesUpForNothing) {
  engine->distrust_clock();
  load_cron("0 * * * *");
  engine->start(now(), out);
  advance(40s);
  stepped += 24h * 20'000;
  engine->clock_changed(now());
  engine->trust_clock(now(), 40s);
  EXPECT_THAT(during(10min), IsEmpty());
}

// ---- policies ----

TEST_F(CalendarTest, AllMakesUpForEveryTimeWithinItsAge) {
  load_cron("*/10 * * * *", {MissedPolicy::What::all, 35min});
  EXPECT_THAT(step(1h, 1min),
              ElementsAre("02 11:00 missed 2", "02 11:00", "02 11:00", "02 11:00", "02 11:00"));
}

TEST_F(CalendarTest, SkipMakesUpForNothingButFiresWhatIsHardlyLate) {
  load_cron("5,10 10 * * *", {MissedPolicy::What::skip, 12h});
  EXPECT_THAT(step(5min + 9s, 1min), ElementsAre("02 10:05"));
  EXPECT_THAT(step(5min, 1min), ElementsAre("02 10:11 missed 1"));
}

TEST_F(CalendarTest, TenYearsOfMinutesAreJudgedAtOnce) {
  load_cron("* * * * *", {});
  stepped += 24h * 3650;
  engine->clock_changed(now());
  advance(0s);
  EXPECT_EQ(status("r").runs, 1u);
  EXPECT_EQ(status("r").skipped.at("missed"), Calendar::most);
  (void)said();
  EXPECT_TRUE(
      status("r").last_skip.starts_with("missed: was due more than 1000 times, from 3649d23h59m"));
}

TEST_F(CalendarTest, AClockSetBackByHoursIsANewTime) {
  passed = -3h - 1min;
  load_cron("0 9 * * *");
  EXPECT_THAT(during(2min), ElementsAre("02 09:00"));
  EXPECT_THAT(step(-24h, 24h), ElementsAre("02 09:00"));
}

TEST_F(CalendarTest, AMemoryOfTheFarFutureDoesNotHoldARuleBack) {
  stepped = 24h * 365 * 5;
  load_cron("0 * * * *");
  (void)during(1h);
  auto memory = engine->memory();
  stepped = 0s;
  engine = std::make_unique<Engine>("u");
  engine->remember(std::move(memory), "boot");
  load({loaded});
  engine->start(now(), out);
  EXPECT_THAT(during(1h), ElementsAre("02 12:00"));
}

TEST_F(CalendarTest, AHundredRandomStepsRepeatNoFixedTime) {
  load_cron("0,20,40 8,9,10,11,12,13,14 * * *", {MissedPolicy::What::once, 5min});
  std::vector<Instant> due;
  unsigned random = 1;
  for (int i = 0; i < 100; ++i) {
    random = random * 1664525u + 1013904223u;
    stepped += std::chrono::seconds{static_cast<int>(random >> 16) % 3600 - 1800};
    engine->clock_changed(now());
    advance(20min);
    for (auto const& fact : out.facts)
      if (fact.kind == Fact::Kind::trigger) due.push_back(fact.firing->at.wall);
    out.facts.clear();
    perform_all();
    out.facts.clear();
  }
  EXPECT_GT(due.size(), 10u);
  EXPECT_TRUE(std::is_sorted(due.begin(), due.end(), std::less_equal<>{}))
      << "a time came twice, or before another";
}

// ---- daylight saving ----

TEST_F(CalendarTest, ATimeInTheSpringGapIsSkippedAndSaysSo) {
  zone = *Zone::find("Europe/Berlin");
  passed = 24h * 26 + 8h;  // 28 March 2026, 20:00 UTC
  load_cron("30 2 * * *", {}, zone);
  EXPECT_THAT(during(36h), ElementsAre("29 03:00 dst_gap 1", "30 02:30"));
}

TEST_F(CalendarTest, RunOnceMakesUpForTheGapAtItsEnd) {
  zone = *Zone::find("Europe/Berlin");
  passed = 24h * 26 + 8h;
  load_cron("0,15,30 2 * * *", {}, zone, {}, true);
  auto const seen = during(12h);
  EXPECT_THAT(seen, ElementsAre("29 03:00"));
}

TEST_F(CalendarTest, InAutumnAFixedTimeFiresTheFirstTimeOnly) {
  zone = *Zone::find("Europe/Berlin");
  passed = 24h * 236;  // 24 October 2026
  load_cron("30 2 * * *", {}, zone);
  EXPECT_THAT(during(36h), ElementsAre("25 02:30"));
}

// ---- jitter ----

TEST_F(CalendarTest, JitterIsTheSameAtEveryStartAndDiffersFromRuleToRule) {
  passed = -2h - 30min;
  std::set<Duration> delays;
  for (auto const* name : {"a", "b", "c", "d"}) {
    for (int start = 0; start < 2; ++start) {
      engine = std::make_unique<Engine>("t", "machine");
      auto r = rule(name, {{CronTrigger{*Cron::parse("0 * * * *"), {}, {}, 10min, false}, ""}});
      load({r});
      auto const wake = engine->wakes_wall();
      ASSERT_TRUE(wake);
      auto const by = *wake - (noon - 2h);
      EXPECT_GE(by, 0s);
      EXPECT_LE(by, 10min);
      EXPECT_EQ(status(name).next, wake);
      delays.insert(by);
    }
  }
  EXPECT_EQ(delays.size(), 4u);
}

TEST_F(CalendarTest, AJitteredTimeIsNotLate) {
  engine = std::make_unique<Engine>("t", "machine");
  load_cron("0 11 * * *", {MissedPolicy::What::skip, 0s}, {}, 10min);
  EXPECT_EQ(during(80min).size(), 1u);
  EXPECT_EQ(status("r").runs, 1u);
}

}  // namespace
}  // namespace snapcron
