#include "core/jitter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

TEST(Jitter, IsTheSameForOneMachineAndRuleForEver) {
  // Computed by another program from the description in jitter.hpp.
  EXPECT_EQ(jitter_of("box-1", "night", 5min), Duration{10'013'664'824});
  EXPECT_EQ(jitter_of("box-2", "night", 5min), Duration{201'464'235'739});
  EXPECT_EQ(jitter_of("", "", 24h), Duration{62'441'840'419'806});
  EXPECT_EQ(jitter_of("b\xc3\xa5t", "n", Duration::max()), Duration{7'571'202'414'623'213'732});
}

TEST(Jitter, TellsWhereTheMachineEndsAndTheRuleBegins) {
  EXPECT_NE(jitter_of("box-1", "2", 1h), jitter_of("box-", "12", 1h));
  EXPECT_NE(jitter_of("a", "", 1h), jitter_of("", "a", 1h));
}

TEST(Jitter, IsNothingWhereNothingIsAllowed) {
  EXPECT_EQ(jitter_of("box-1", "night", 0s), 0s);
  EXPECT_EQ(jitter_of("box-1", "night", -5s), 0s);
}

TEST(Jitter, ReachesBothEndsAndNoFurther) {
  std::set<Duration> seen;
  for (int i = 0; i < 200; ++i) seen.insert(jitter_of("box", std::to_string(i), 3ns));
  EXPECT_EQ(seen, (std::set<Duration>{0ns, 1ns, 2ns, 3ns}));
}

TEST(Jitter, SpreadsMachinesAndRulesEvenly) {
  for (bool const over_machines : {true, false}) {
    std::array<int, 10> tenths{};
    for (int i = 0; i < 10'000; ++i) {
      auto const name = std::to_string(i);
      auto const delay =
          over_machines ? jitter_of(name, "night", 10s) : jitter_of("box", name, 10s);
      ASSERT_GE(delay, 0s);
      ASSERT_LE(delay, 10s);
      ++tenths[static_cast<std::size_t>(std::min<std::int64_t>(delay / 1s, 9))];
    }
    for (auto const count : tenths) {  // 30 is the deviation to be expected
      EXPECT_GT(count, 850);
      EXPECT_LT(count, 1150);
    }
  }
}

}  // namespace
}  // namespace snapcron
