#include "v4l2/picking.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

constexpr Steady power_on{1000s};

BufferFacts a_whole_one() {
  return {.damaged = false, .monotonic = true, .stamp = {}};
}

BufferFacts stamped(long seconds, long microseconds) {
  auto buffer = a_whole_one();
  buffer.stamp = {seconds, microseconds};
  return buffer;
}

TEST(AFramesTime, IsTheDriversStamp) {
  EXPECT_EQ(taken_at(stamped(999, 750'000), power_on), Steady{999s + 750ms});
}

TEST(AFramesTime, IsNowWhenTheStampIsOfAnotherClock) {
  auto buffer = stamped(999, 0);
  buffer.monotonic = false;
  EXPECT_EQ(taken_at(buffer, power_on), power_on);
}

TEST(AFramesTime, IsNowWhenTheStampCannotBe) {
  EXPECT_EQ(taken_at(stamped(0, 0), power_on), power_on);
  EXPECT_EQ(taken_at(stamped(1001, 0), power_on), power_on);
}

TEST(OfTheFrames, BrokenOnesAreNoneWhateverTheRest) {
  Picking picking{0, power_on, 0};
  auto damaged = a_whole_one();
  damaged.damaged = true;
  EXPECT_EQ(picking.judge(damaged, power_on), Verdict::broken);
  EXPECT_EQ(picking.judge(a_whole_one(), power_on), Verdict::wanted);
}

TEST(OfTheFrames, TheFirstArePassedOverWhileTheExposureSettles) {
  Picking picking{2, power_on + 1s, 0};
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 30ms), Verdict::not_wanted);
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 60ms), Verdict::not_wanted);
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 90ms), Verdict::wanted);
}

TEST(OfTheFrames, ThoseOfASlowCameraAreTakenInTime) {
  Picking picking{5, power_on + 1s, 0};
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 500ms), Verdict::not_wanted);
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 1s), Verdict::wanted);
  EXPECT_EQ(picking.judge(a_whole_one(), power_on + 1001ms), Verdict::wanted);
}

TEST(OfTheFrames, OnlySoManyASecondAreWanted) {
  Picking picking{0, power_on, 5};
  int wanted = 0;
  for (int frame = 0; frame < 300; ++frame)  // ten seconds of thirty a second
    wanted += picking.judge(a_whole_one(), power_on + frame * 33'333us) == Verdict::wanted;
  EXPECT_NEAR(wanted, 50, 1);
}

TEST(OfTheFrames, AllOfACameraThatIsSlowerAreWanted) {
  Picking picking{0, power_on, 30};
  for (int frame = 0; frame < 20; ++frame)
    EXPECT_EQ(picking.judge(a_whole_one(), power_on + frame * 100ms), Verdict::wanted);
}

}  // namespace
}  // namespace snapcron
