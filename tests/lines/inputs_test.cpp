#include "lines/inputs.hpp"

#include "lines/fake_gpio.hpp"
#include "sim/chip.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include <fstream>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using test::FakeGpio;
using test::ManualClock;
using test::run_ready;
using test::run_until;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Listener : InputListener {
  std::vector<InputEdge> edges;
  std::vector<std::uint64_t> lost;
  std::vector<std::pair<bool, std::string>> chips;

  void on_edges(std::span<InputEdge const> some) override {
    edges.insert(edges.end(), some.begin(), some.end());
  }
  void on_lost(InputSpec const&, std::uint64_t count) override { lost.push_back(count); }
  void on_chip(LineName const&, bool available, std::string const& text) override {
    chips.emplace_back(available, text);
  }
};

InputSpec input(unsigned number, std::string const& line, Duration debounce = {}) {
  InputSpec spec;
  spec.number = number;
  spec.name = "i" + std::to_string(number);
  spec.line = {"chip", line};
  spec.debounce = debounce;
  return spec;
}

class InputsTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  FakeGpio gpio_;
  ManualClock clock_;
  Listener listener_;
  Inputs inputs_{loop_, gpio_, clock_, listener_};
  Steady start_ = clock_.now().steady;
};

TEST_F(InputsTest, AnEdgeReachesTheListenerWithItsKernelTime) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  gpio_.edge("17", true, start_ - 3ms);

  run_ready(loop_);

  EXPECT_THAT(listener_.edges, ElementsAre(InputEdge{1, true, start_ - 3ms}));
  EXPECT_TRUE(inputs_.find(1)->high());
}

TEST_F(InputsTest, TheLevelAtStartIsReadAndIsNoEdge) {
  gpio_.lines["17"].level = true;
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  run_ready(loop_);
  EXPECT_TRUE(inputs_.find(1)->high());
  EXPECT_THAT(listener_.edges, IsEmpty());

  gpio_.edge("17", false, start_);
  run_ready(loop_);
  EXPECT_THAT(listener_.edges, ElementsAre(InputEdge{1, false, start_}));
  EXPECT_EQ(inputs_.find(1)->counters().pulses, 1u);
}

TEST_F(InputsTest, AnIdleLoopHasNothingToWaitForButDescriptors) {
  ASSERT_TRUE(inputs_.configure({input(1, "17", 20ms)}));
  EXPECT_EQ(run_ready(loop_), 0u);
  EXPECT_EQ(loop_.run_for(50ms), 0u);
}

TEST_F(InputsTest, BounceSettlesToOneEdgeAtItsLastTransition) {
  ASSERT_TRUE(inputs_.configure({input(1, "17", 20ms)}));
  for (int i = 0; i < 7; ++i) gpio_.edge("17", i % 2 == 0, start_ + i * 1ms);
  clock_.advance(7ms);
  run_ready(loop_);
  EXPECT_THAT(listener_.edges, IsEmpty());

  clock_.advance(20ms);
  EXPECT_TRUE(run_until(loop_, [&] { return !listener_.edges.empty(); }));

  EXPECT_THAT(listener_.edges, ElementsAre(InputEdge{1, true, start_ + 6ms}));
  EXPECT_EQ(loop_.run_for(50ms), 0u);
}

TEST_F(InputsTest, AnUnnumberedLineIsReadInBatchesOfItsQueue) {
  gpio_.numbered = false;
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  for (int i = 0; i < 16; ++i) gpio_.edge("17", i % 2 == 0, start_ + i * 1us);
  gpio_.lines["17"].level = true;  // the 17th edge found the queue full

  run_ready(loop_);

  ASSERT_EQ(listener_.edges.size(), 17u);
  EXPECT_EQ(listener_.edges.back(), (InputEdge{1, true, start_}));
  EXPECT_THAT(listener_.lost, ElementsAre(1u));
  EXPECT_EQ(inputs_.find(1)->counters().lost, 1u);
}

TEST_F(InputsTest, ALineThatTheKernelDebouncesIsNotDebouncedAgain) {
  gpio_.debounced = true;
  ASSERT_TRUE(inputs_.configure({input(1, "17", 20ms)}));
  gpio_.edge("17", true, start_);
  run_ready(loop_);
  EXPECT_EQ(listener_.edges.size(), 1u);
}

TEST_F(InputsTest, LostEdgesAreCountedAndTheLevelIsReadAgain) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  gpio_.edge("17", true, start_, 5);
  gpio_.lines["17"].level = false;

  run_ready(loop_);

  EXPECT_THAT(listener_.lost, ElementsAre(5u));
  EXPECT_EQ(inputs_.find(1)->counters().lost, 5u);
  EXPECT_FALSE(inputs_.find(1)->high());
  EXPECT_EQ(listener_.edges.size(), 2u);
}

TEST_F(InputsTest, ALevelReadAgainGoesThroughOurDebounce) {
  ASSERT_TRUE(inputs_.configure({input(1, "17", 20ms)}));
  gpio_.edge("17", true, start_, 5);
  run_ready(loop_);
  EXPECT_THAT(listener_.lost, ElementsAre(5u));
  EXPECT_FALSE(inputs_.find(1)->high());
  clock_.advance(20ms);
  EXPECT_TRUE(run_until(loop_, [&] { return inputs_.find(1)->high(); }));
}

TEST_F(InputsTest, AStormIsDeliveredWholeAndLetsTheLoopTurn) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  for (int i = 0; i < 5000; ++i) gpio_.edge("17", i % 2 == 0, start_ + i * 1us);

  loop_.restart();
  loop_.run_one();

  EXPECT_EQ(listener_.edges.size(), 1024u);
  run_ready(loop_);
  EXPECT_EQ(listener_.edges.size(), 5000u);
}

TEST_F(InputsTest, AReloadKeepsHoldOfWhatDidNotChange) {
  ASSERT_TRUE(inputs_.configure({input(1, "17"), input(2, "27")}));
  gpio_.edge("17", true, start_);
  run_ready(loop_);
  gpio_.log.clear();

  auto renamed = input(1, "17");
  renamed.name = "door";
  ASSERT_TRUE(inputs_.configure({renamed, input(3, "5")}));

  EXPECT_THAT(gpio_.log, ElementsAre("request 5", "release 27"));
  EXPECT_EQ(inputs_.find(1)->counters().edges, 1u);
  EXPECT_EQ(inputs_.find(2), nullptr);
  EXPECT_EQ(inputs_.specs()[0].name, "door");
}

TEST_F(InputsTest, CountersStayWithTheNumberWhenTheLineChanges) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  gpio_.edge("17", true, start_);
  run_ready(loop_);

  ASSERT_TRUE(inputs_.configure({input(1, "5")}));

  run_ready(loop_);
  EXPECT_FALSE(inputs_.find(1)->high());
  EXPECT_EQ(listener_.edges.size(), 1u);
  gpio_.edge("5", true, start_);
  run_ready(loop_);
  EXPECT_EQ(listener_.edges.size(), 2u);
}

TEST_F(InputsTest, ALineThatCannotBeHadChangesNothing) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  gpio_.refuse["5"] = {Fault::not_found, "no line 5"};
  gpio_.log.clear();

  auto const changed = inputs_.configure({input(2, "27"), input(3, "5")});

  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().text, "no line 5");
  EXPECT_THAT(gpio_.log, ElementsAre("request 27", "release 27"));
  EXPECT_EQ(inputs_.specs().size(), 1u);
  gpio_.edge("17", true, start_);
  run_ready(loop_);
  EXPECT_EQ(listener_.edges.size(), 1u);
}

TEST_F(InputsTest, TwoInputsMaySwapTheirLines) {
  ASSERT_TRUE(inputs_.configure({input(1, "17"), input(2, "27")}));
  auto const swapped = inputs_.configure({input(1, "27"), input(2, "17")});
  ASSERT_TRUE(swapped) << swapped.error().text;
  gpio_.edge("27", true, start_);
  run_ready(loop_);
  EXPECT_THAT(listener_.edges, ElementsAre(InputEdge{1, true, start_}));
}

TEST_F(InputsTest, WhatWasLetGoIsTakenBackWhenTheReloadFails) {
  ASSERT_TRUE(inputs_.configure({input(1, "17"), input(2, "27")}));
  gpio_.refuse["5"] = {Fault::busy, "line 5 is held by gpiomon"};

  auto const changed = inputs_.configure({input(1, "27"), input(2, "5")});

  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().text, "line 5 is held by gpiomon");
  gpio_.edge("17", true, start_);
  gpio_.edge("27", true, start_);
  run_ready(loop_);
  EXPECT_THAT(listener_.edges, testing::UnorderedElementsAre(InputEdge{1, true, start_},
                                                             InputEdge{2, true, start_}));
  EXPECT_TRUE(inputs_.available(1));
  EXPECT_THAT(listener_.chips, IsEmpty());
}

TEST_F(InputsTest, DescribesWhereAnInputIsAndWhoDebouncesIt) {
  ASSERT_TRUE(inputs_.configure({input(1, "17", 20ms), input(2, "27")}));
  EXPECT_THAT(
      inputs_.describe(),
      ElementsAre("input 1 i1: fake line 17, debounce 20ms by snapcron, lost edges are counted",
                  "input 2 i2: fake line 27, no debounce, lost edges are counted"));
}

TEST_F(InputsTest, NothingComesAfterTheStop) {
  ASSERT_TRUE(inputs_.configure({input(1, "17"), input(2, "27", 5ms)}));
  gpio_.edge("17", true, start_);
  gpio_.edge("27", true, start_);
  clock_.advance(1ms);
  inputs_.stop();
  loop_.restart();
  EXPECT_EQ(loop_.run_for(30ms), 2u);  // the two cancelled waits
  EXPECT_THAT(listener_.edges, IsEmpty());
  EXPECT_THAT(gpio_.log, testing::Contains("release 17"));
}

/// A chip whose device node is a file in a folder of the test.
class VanishingChipTest : public InputsTest {
 protected:
  VanishingChipTest() : folder_{testing::TempDir() + "dev-" + std::to_string(::getpid())} {
    std::filesystem::create_directories(folder_);
    gpio_.device = folder_ / "gpiochip0";
    plug();
  }
  ~VanishingChipTest() override { std::filesystem::remove_all(folder_); }
  void plug() {
    gpio_.gone = false;
    std::ofstream{gpio_.device} << "";
  }
  void unplug() {
    gpio_.gone = true;
    std::filesystem::remove(gpio_.device);
  }

  std::filesystem::path folder_;
};

TEST_F(VanishingChipTest, IsNoticedByItsNodeAndComesBackWithItsLevel) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));

  unplug();
  EXPECT_TRUE(run_until(loop_, [&] { return !inputs_.available(1); }));
  EXPECT_THAT(listener_.chips,
              ElementsAre(std::pair{
                  false, std::string{"line 17: its chip is gone; waiting for it to come back"}}));
  EXPECT_THAT(inputs_.describe()[0], HasSubstr("input 1 i1: missing: line 17: its chip is gone"));

  gpio_.lines["17"].level = true;
  plug();
  EXPECT_TRUE(run_until(
      loop_, [&] { return inputs_.available(1); }, 900ms));
  EXPECT_EQ(listener_.chips.back(),
            (std::pair{true, std::string{"input i1 is back: fake line 17"}}));
  EXPECT_THAT(listener_.edges, ElementsAre(InputEdge{1, true, start_}));

  gpio_.edge("17", false, start_ + 1ms);
  run_ready(loop_);
  EXPECT_EQ(listener_.edges.size(), 2u);
}

TEST_F(VanishingChipTest, IsNoticedByAReadAndIsTriedAgainOnATimer) {
  gpio_.device.clear();  // no node to watch
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  gpio_.gone = true;
  gpio_.edge("17", true, start_);
  run_ready(loop_);
  EXPECT_FALSE(inputs_.available(1));

  gpio_.gone = false;
  EXPECT_TRUE(run_until(loop_, [&] { return inputs_.available(1); }));
  run_ready(loop_);
  EXPECT_EQ(loop_.run_for(50ms), 0u);  // the retries have ended
}

TEST_F(VanishingChipTest, AnotherObstacleAtItsReturnIsToldOnce) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  unplug();
  EXPECT_TRUE(run_until(loop_, [&] { return !inputs_.available(1); }));
  gpio_.refuse["17"] = {Fault::denied, "may not open /dev/gpiochip0"};
  plug();
  EXPECT_TRUE(run_until(loop_, [&] { return listener_.chips.size() == 2; }));
  std::ofstream{gpio_.device} << "touched";
  std::filesystem::permissions(gpio_.device, std::filesystem::perms::owner_read);
  run_ready(loop_);
  EXPECT_EQ(listener_.chips.size(), 2u);

  gpio_.refuse.clear();
  std::filesystem::permissions(gpio_.device, std::filesystem::perms::owner_all);
  EXPECT_TRUE(run_until(
      loop_, [&] { return inputs_.available(1); }, 900ms));
}

TEST_F(VanishingChipTest, AReloadKeepsAMissingInput) {
  ASSERT_TRUE(inputs_.configure({input(1, "17")}));
  unplug();
  EXPECT_TRUE(run_until(loop_, [&] { return !inputs_.available(1); }));
  EXPECT_TRUE(inputs_.configure({input(1, "17")}));
  EXPECT_FALSE(inputs_.configure({input(1, "17"), input(2, "27")}));
  plug();
  EXPECT_TRUE(run_until(
      loop_, [&] { return inputs_.available(1); }, 900ms));
}

TEST(InputsOnTheSimulatedChip, ACommandWaitsForTheSettledLevel) {
  boost::asio::io_context loop;
  SimChip chip{testing::TempDir() + "unused"};
  SystemClock clock;
  Listener listener;
  Inputs inputs{loop, chip, clock, listener};
  ASSERT_TRUE(inputs.configure({input(1, "17", 15ms), input(2, "27")}));

  std::size_t seen = 0;
  boost::asio::co_spawn(
      loop,
      [&]() -> boost::asio::awaitable<void> {
        (void)chip.drive(2, true);
        co_await inputs.settled(2);
        EXPECT_TRUE(inputs.find(2)->high());
        (void)chip.drive(1, true);
        co_await inputs.settled(1);
        EXPECT_TRUE(inputs.find(1)->high());
        seen = listener.edges.size();
        inputs.stop();
      },
      boost::asio::detached);
  loop.run();

  EXPECT_EQ(seen, 2u);
}

}  // namespace
}  // namespace snapcron
