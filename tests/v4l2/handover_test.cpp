#include "v4l2/handover.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <poll.h>

#include <thread>
#include <vector>

namespace snapcron {
namespace {

using testing::ElementsAre;

bool readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

Handover::Shot shot(int number) {
  return {std::make_shared<std::string const>(std::to_string(number)), {}};
}

std::vector<std::string> taken(Handover& handover) {
  std::vector<std::string> texts;
  for (auto const& one : handover.take()) texts.push_back(*one.jpeg);
  return texts;
}

TEST(BetweenADeviceAndTheLoop, FramesWakeTheLoop) {
  Handover handover;
  EXPECT_FALSE(readable(handover.news_descriptor()));
  handover.put(shot(1));
  handover.put(shot(2));
  EXPECT_TRUE(readable(handover.news_descriptor()));
  EXPECT_THAT(taken(handover), ElementsAre("1", "2"));
  EXPECT_FALSE(readable(handover.news_descriptor()));
  EXPECT_THAT(taken(handover), ElementsAre());
}

TEST(BetweenADeviceAndTheLoop, OnlyTheNewestWaitForALoopThatIsBehind) {
  Handover handover;
  for (int number = 1; number <= 10; ++number) handover.put(shot(number));
  EXPECT_THAT(taken(handover), ElementsAre("7", "8", "9", "10"));
}

TEST(BetweenADeviceAndTheLoop, TheEndComesAfterTheLastFrame) {
  Handover handover;
  EXPECT_FALSE(handover.ended());
  std::thread device{[&handover] {
    handover.put(shot(1));
    handover.end(Error{Fault::gone, "unplugged"});
  }};
  device.join();
  EXPECT_TRUE(readable(handover.news_descriptor()));
  EXPECT_THAT(taken(handover), ElementsAre("1"));
  EXPECT_EQ(handover.ended()->error().text, "unplugged");
}

TEST(BetweenADeviceAndTheLoop, TheLoopStopsTheDevice) {
  Handover handover;
  EXPECT_FALSE(readable(handover.stop_descriptor()));
  handover.stop();
  EXPECT_TRUE(readable(handover.stop_descriptor()));
}

}  // namespace
}  // namespace snapcron
