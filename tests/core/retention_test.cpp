// Which pictures go when the storage's limits are passed.

#include "core/retention.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

constexpr Instant today = std::chrono::sys_days{std::chrono::year{2027} / 3 / 1};

PictureRecord picture(Duration age, std::uint64_t bytes = 100) {
  return {.path = "a.jpg", .captured = today - age, .bytes = bytes};
}

std::vector<PictureRecord> const three{picture(72h), picture(48h), picture(24h)};

TEST(ARetention, DeletesWhatIsOlder) {
  EXPECT_EQ(to_delete({.age = 50h}, {}, today, three), 1u);
  EXPECT_EQ(to_delete({.age = 72h}, {}, today, three), 0u);
  EXPECT_EQ(to_delete({.age = 1h}, {}, today, three), 3u);
}

TEST(ARetention, DeletesNothingByAgeWhileTheClockIsNotTrusted) {
  EXPECT_EQ(to_delete({.age = 1h}, {}, std::nullopt, three), 0u);
}

TEST(ARetention, DeletesTheOldestWhileTheyTakeTooMuch) {
  EXPECT_EQ(to_delete({.size = 300}, {.stored = 300}, today, three), 0u);
  EXPECT_EQ(to_delete({.size = 299}, {.stored = 300}, today, three), 1u);
  EXPECT_EQ(to_delete({.size = 150}, {.stored = 300}, today, three), 2u);
  EXPECT_EQ(to_delete({.size = 0}, {.stored = 9999}, today, three), 3u);
}

TEST(ARetention, DeletesTheOldestUntilTheDiskHasRoom) {
  EXPECT_EQ(to_delete({.min_free = 1000}, {.free = 1000}, today, three), 0u);
  EXPECT_EQ(to_delete({.min_free = 1000}, {.free = 850}, today, three), 2u);
}

TEST(ARetention, KeepsToTheStrictestOfItsLimits) {
  EXPECT_EQ(to_delete({.age = 50h, .size = 150}, {.stored = 300}, today, three), 2u);
  EXPECT_EQ(to_delete({.age = 1h, .size = 150}, {.stored = 300}, today, three), 3u);
}

TEST(ARetention, TakesAPictureOfAWrongClockOnlyTogetherWithALaterOneThatIsTooOld) {
  auto const of_1970 = PictureRecord{.path = "a.jpg", .captured = Instant{5s}, .bytes = 100};

  EXPECT_EQ(to_delete({.age = 24h}, {}, today, std::vector{of_1970}), 0u);
  EXPECT_EQ(to_delete({.age = 24h}, {}, today, std::vector{of_1970, picture(1h)}), 0u);
  EXPECT_EQ(to_delete({.age = 24h}, {}, today, std::vector{of_1970, picture(48h)}), 2u);
}

}  // namespace
}  // namespace snapcron
