// Properties that hold in every zone of the database, at changes of clocks that were and will be,
// for patterns made at random. SNAPCRON_ROUNDS=50 makes it fifty times as long.

#include "support/cron_oracle.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr sys_seconds first_year = sys_days{year{1971} / 1 / 1};
constexpr sys_seconds last_year = sys_days{year{2199} / 1 / 1};

int rounds() {
  char const* const text = std::getenv("SNAPCRON_ROUNDS");
  return text != nullptr ? std::max(1, std::atoi(text)) : 1;
}

/// Every zone that the database defines, without its links.
std::vector<Zone> const& every_zone() {
  static auto const zones = [] {
    std::vector<Zone> all;
    std::ifstream in{"/usr/share/zoneinfo/tzdata.zi"};
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("Z ")) continue;
      auto const zone = Zone::find(line.substr(2, line.find(' ', 2) - 2));
      if (zone) all.push_back(*zone);  // the old names are in a package of their own
    }
    return all;
  }();
  return zones;
}

std::vector<sys_seconds> changes_of(Zone const& zone, sys_seconds from, sys_seconds to) {
  std::vector<sys_seconds> changes;
  for (auto at = zone.period(from).end; at < to; at = zone.period(at).end) changes.push_back(at);
  return changes;
}

class Random {
 public:
  int upto(int most) { return std::uniform_int_distribution{0, most}(engine_); }
  template <class T>
  T const& one_of(std::vector<T> const& from) {
    return from[static_cast<std::size_t>(upto(static_cast<int>(from.size()) - 1))];
  }
  std::string field(int least, int most) {
    std::string text;
    do {
      int const low = least + upto(most - least), high = low + upto(most - low);
      text += (text.empty() ? "" : ",") + std::to_string(low);
      if (upto(2) == 0)
        text += "-" + std::to_string(high) + (upto(1) ? "" : "/" + std::to_string(1 + upto(9)));
    } while (upto(2) == 0);
    if (upto(3) == 0) text = upto(1) ? "*" : "*/" + std::to_string(1 + upto(most));
    return text;
  }
  std::string pattern() {
    std::string text = upto(3) == 0 ? field(0, 59) + " " : "";
    bool const six = !text.empty();
    text += field(0, 59) + " " + (upto(1) ? field(0, 4) : field(0, 23)) + " ";
    text += upto(2) ? "*" : one_of<std::string>({"L", "L-2", "LW", "1W", "15W", "?", field(1, 31)});
    text += upto(3) ? " * " : " " + field(1, 12) + " ";
    text += upto(2) ? "*" : one_of<std::string>({"SUN#L", "SUN#2", "7L", "+SUN", "?", field(0, 7)});
    if (six && upto(3) == 0) text += " " + field(1970, 2199);
    return text;
  }

 private:
  std::mt19937 engine_{20260329};
};

std::vector<Instant> times_by_next(Cron const& cron, Zone const& zone, Instant after,
                                   Instant until) {
  std::vector<Instant> times;
  for (;;) {
    auto const next = cron.next(after, zone);
    if (!next || *next > until) return times;
    EXPECT_GT(*next, after) << cron.text() << " in " << zone.name();
    if (*next <= after) return times;
    times.push_back(after = *next);
  }
}

TEST(EveryZone, IsReadAndCoversAllTime) {
  ASSERT_GT(every_zone().size(), 300u) << "is tzdata installed?";
  for (auto const& zone : every_zone()) {
    auto at = floor<seconds>(Instant::min());
    ASSERT_LE(zone.period(at).begin, at);
    while (at < floor<seconds>(Instant::max())) {
      auto const& period = zone.period(at);
      ASSERT_EQ(period.begin <= at && at < period.end, true) << zone.name();
      ASSERT_EQ(&zone.period(period.end - 1s), &period) << zone.name();
      at = period.end;
      if (at < floor<seconds>(Instant::max())) {
        ASSERT_EQ(zone.period(at).begin, at) << zone.name();
        ASSERT_NE(zone.period(at).offset, period.offset) << zone.name();
      }
    }
  }
}

TEST(EveryZone, AgreesWithTheDefinitionAtChangesOfClocks) {
  Random random;
  for (int round = 0; round < rounds(); ++round) {
    for (auto const& zone : every_zone()) {
      auto const changes = changes_of(zone, first_year, last_year);
      for (int i = 0; i < 2 && !changes.empty(); ++i) {
        auto const change = random.one_of(changes);
        auto const text = random.pattern();
        auto const cron = Cron::parse(text).value();
        CronOracle const oracle{text};
        auto const around = oracle.has_seconds() ? 20min : 4h;
        Instant const after = change - around, until = change + around;
        auto const expected = oracle_times(oracle, zone, after, until);
        ASSERT_EQ(times_by_next(cron, zone, after, until), expected)
            << text << " in " << zone.name() << " around " << rfc3339(change, zone);
        auto const last = cron.last(after, until, zone);
        ASSERT_EQ(last, expected.empty() ? std::nullopt : std::optional{expected.back()})
            << text << " in " << zone.name() << " around " << rfc3339(change, zone);
      }
    }
  }
}

TEST(EveryZone, RunsEachRealMinuteOnceForStars) {
  auto const cron = Cron::parse("* * * * *").value();
  Random random;
  for (auto const& zone : every_zone()) {
    auto const changes = changes_of(zone, first_year, last_year);
    for (int i = 0; i < 3 * rounds() && !changes.empty(); ++i) {
      auto const change = random.one_of(changes);
      // Where the offset has seconds (Monrovia until 1972), the clock's minutes are not UTC's.
      if (zone.offset(change) % 1min != 0s || zone.offset(change - 1s) % 1min != 0s) continue;
      Instant const begin = floor<std::chrono::minutes>(change) - 90min;
      auto const times = times_by_next(cron, zone, begin, begin + 180min);
      ASSERT_EQ(times.size(), 180u) << zone.name() << " " << rfc3339(change, zone);
      for (std::size_t minute = 0; minute < times.size(); ++minute)
        ASSERT_EQ(times[minute], begin + (minute + 1) * 1min) << zone.name();
    }
  }
}

TEST(EveryZone, SwallowsWhatTheClocksNeverShow) {
  // A fixed time for every minute of the day: shown for the first time, or swallowed, or the zone
  // errs.
  auto const cron = Cron::parse("0-59 0-23 * * *").value();
  for (auto const& zone : every_zone()) {
    std::size_t seen = 0;
    for (auto const change :
         changes_of(zone, sys_days{year{1975} / 1 / 1}, sys_days{year{2040} / 1 / 1})) {
      auto const& period = zone.period(change);
      auto const skipped = change + period.offset - (sys_seconds{} + period.shown_before);
      auto const swallowed = cron.swallowed(change - 1s, change, zone);
      ASSERT_EQ(swallowed.has_value(), skipped > 0s) << zone.name() << " " << rfc3339(change, zone);
      if (!swallowed) continue;
      ++seen;
      ASSERT_EQ(swallowed->at, change);
      ASSERT_EQ(seconds{swallowed->count * 60}, skipped)
          << zone.name() << " " << rfc3339(change, zone);
      // All of them run once, at the end of the gap.
      ASSERT_EQ(cron.next(change - 1s, zone, Cron::Gap::run_once), change);
    }
    if (zone.name() == "Europe/Berlin") {
      EXPECT_EQ(seen, 60u);  // since 1980
    }
  }
}

TEST(EveryZone, SaysNeverWhereThereIsNoTime) {
  for (auto const& zone : every_zone()) {
    for (auto const* pattern : {"0 0 31 2 *", "*/5 * 30 2 *", "0 0 0 1 1 * 1980",
                                "0 0 0 31 4,6,9,11 ? *", "0 0 0 29 2 * 2100", "0 0 1 * +MON#2"}) {
      auto const cron = Cron::parse(pattern).value();
      EXPECT_EQ(cron.next(sys_days{year{2026} / 1 / 1}, zone), std::nullopt) << pattern;
      EXPECT_EQ(cron.swallowed(sys_days{year{2026} / 1 / 1}, Instant::max(), zone), std::nullopt);
      EXPECT_EQ(cron.last(sys_days{year{1981} / 1 / 1}, Instant::max(), zone), std::nullopt)
          << pattern;
    }
  }
}

}  // namespace
}  // namespace snapcron
