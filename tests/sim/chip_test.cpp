#include "sim/chip.hpp"

#include <gmock/gmock.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

namespace snapcron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

InputSpec door(bool active_low = false) {
  InputSpec spec;
  spec.number = 1;
  spec.name = "door";
  spec.line = {"sim", "GPIO17"};
  spec.active_low = active_low;
  return spec;
}
RelaySpec strike(bool active_low = false) {
  RelaySpec spec;
  spec.number = 1;
  spec.name = "strike";
  spec.line = {"sim", "22"};
  spec.active_low = active_low;
  return spec;
}

bool readable(int descriptor) {
  pollfd wait{descriptor, POLLIN, 0};
  return ::poll(&wait, 1, 0) == 1;
}

class SimChipTest : public testing::Test {
 protected:
  SimChipTest() : folder_{testing::TempDir() + "sim-" + std::to_string(::getpid())} {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SimChipTest() override { std::filesystem::remove_all(folder_); }

  /// Requests the relay `on` in a process of its own that waits to be killed.
  pid_t hold_in_another_process(RelaySpec const& spec, bool on) {
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) return -1;
    pid_t const child = ::fork();
    if (child == 0) {
      SimChip chip{file_};
      auto const line = chip.request_output(spec, on);
      (void)!::write(ready[1], line ? "y" : "n", 1);
      for (;;) ::pause();
    }
    char answer = 'n';
    (void)!::read(ready[0], &answer, 1);
    ::close(ready[0]);
    ::close(ready[1]);
    EXPECT_EQ(answer, 'y');
    return child;
  }
  static void kill(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  std::filesystem::path folder_;
  std::filesystem::path file_{folder_ / "sim"};
  SimChip chip_{file_};
};

TEST_F(SimChipTest, AnInputIsLowAtStartWhateverItsPolarity) {
  for (bool const active_low : {false, true}) {
    SimChip chip{file_};
    auto const line = chip.request_input(door(active_low));
    ASSERT_TRUE(line) << line.error().text;
    EXPECT_FALSE(*(*line)->level());
    EXPECT_FALSE(readable((*line)->descriptor()));
  }
}

TEST_F(SimChipTest, ADrivenChangeWaitsAsAnEdgeOnTheDescriptor) {
  auto const line = chip_.request_input(door(true));
  auto const before = std::chrono::steady_clock::now();

  ASSERT_TRUE(chip_.drive(1, true));

  EXPECT_TRUE(readable((*line)->descriptor()));
  EXPECT_TRUE(*(*line)->level());
  std::array<RawEdge, 4> edges;
  ASSERT_EQ(*(*line)->read(edges), 1u);
  EXPECT_TRUE(edges[0].high);
  EXPECT_GE(edges[0].at, before);
  EXPECT_EQ(edges[0].lost, 0u);
  EXPECT_FALSE(readable((*line)->descriptor()));
  EXPECT_EQ(*(*line)->read(edges), 0u);
}

TEST_F(SimChipTest, DrivingALevelThatHoldsMakesNoEdge) {
  auto const line = chip_.request_input(door());
  ASSERT_TRUE(chip_.drive(1, false));
  EXPECT_FALSE(readable((*line)->descriptor()));
}

TEST_F(SimChipTest, AFullQueueLosesTheOldestEdgesAndTheNumbersTell) {
  auto const line = chip_.request_input(door());
  for (int i = 1; i <= 1030; ++i) ASSERT_TRUE(chip_.drive(1, i % 2 == 1));

  std::array<RawEdge, 64> edges;
  std::size_t total = 0;
  std::uint64_t lost = 0;
  bool last = true;
  for (std::size_t count; (count = *(*line)->read(edges)) > 0; total += count) {
    for (auto const& edge : std::span{edges}.first(count)) lost += edge.lost;
    last = edges[count - 1].high;
  }

  EXPECT_EQ(total, 1024u);
  EXPECT_EQ(lost, 6u);
  EXPECT_FALSE(last);
}

TEST_F(SimChipTest, DrivingAnInputThatIsNotRequestedIsAnError) {
  auto const driven = chip_.drive(3, true);
  ASSERT_FALSE(driven);
  EXPECT_EQ(driven.error().fault, Fault::not_found);
}

TEST_F(SimChipTest, ALineIsHeldOnce) {
  auto const first = chip_.request_input(door());
  auto other = strike();
  other.line.line = "GPIO17";
  EXPECT_EQ(chip_.request_input(door()).error().fault, Fault::busy);
  EXPECT_EQ(chip_.request_output(other, false).error().fault, Fault::busy);
}

TEST_F(SimChipTest, AnInputKeepsItsElectricalLevelBetweenTwoRequests) {
  {
    auto const line = chip_.request_input(door());
    ASSERT_TRUE(chip_.drive(1, true));
  }
  auto const line = chip_.request_input(door());
  EXPECT_TRUE(*(*line)->level());
  EXPECT_FALSE(readable((*line)->descriptor()));
}

TEST_F(SimChipTest, AnOutputDrivesItsLevelFromTheRequestOn) {
  EXPECT_THAT(SimChip::levels(file_), IsEmpty());
  auto const line = chip_.request_output(strike(), true);
  ASSERT_TRUE(line) << line.error().text;
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", true)));
  ASSERT_TRUE((*line)->set(false));
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", false)));
}

TEST_F(SimChipTest, AnActiveLowOutputThatIsOnIsElectricallyLow) {
  auto const line = chip_.request_output(strike(true), true);
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", false)));
}

TEST_F(SimChipTest, AReleasedOutputKeepsItsLevel) {
  chip_.request_output(strike(), true)->reset();
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", true)));
  EXPECT_TRUE(chip_.request_output(strike(), false));
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", false)));
}

TEST_F(SimChipTest, AKilledProcessLeavesItsOutputAsItWasAndTheLineFree) {
  pid_t const child = hold_in_another_process(strike(), true);
  auto const refused = chip_.request_output(strike(), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::busy);
  EXPECT_THAT(refused.error().text,
              HasSubstr("relay strike: simulated line 22 is held by process " +
                        std::to_string(child) + " (sim_tests)"));

  kill(child);

  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", true)));
  EXPECT_TRUE(chip_.request_output(strike(), false));
}

TEST_F(SimChipTest, ReadingTheLevelsDoesNotFreeALine) {
  auto const line = chip_.request_output(strike(), true);
  (void)SimChip::levels(file_);
  SimChip other{file_};
  EXPECT_EQ(other.request_output(strike(), false).error().fault, Fault::busy);
}

TEST_F(SimChipTest, SeveralOutputsHaveARecordEach) {
  auto gate = strike();
  gate.line.line = "gate motor";
  auto const first = chip_.request_output(strike(), true);
  auto const second = chip_.request_output(gate, false);
  ASSERT_TRUE((*second)->set(true));
  ASSERT_TRUE((*first)->set(false));
  EXPECT_THAT(SimChip::levels(file_), ElementsAre(Pair("22", false), Pair("gate motor", true)));
}

TEST_F(SimChipTest, AStateFileThatCannotBeMadeIsNamed) {
  SimChip chip{folder_ / "missing" / "sim"};
  auto const line = chip.request_output(strike(), false);
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().text, HasSubstr((folder_ / "missing" / "sim").string()));
}

TEST_F(SimChipTest, AStateFileFullOfNonsenseIsSurvived) {
  std::ofstream{file_} << "x\n\n1 \n2 0000000000 a\n1 99999999999999 b\n";
  EXPECT_TRUE(chip_.request_output(strike(), true));
  auto const levels = SimChip::levels(file_);
  ASSERT_FALSE(levels.empty());
  EXPECT_THAT(levels.back(), Pair("22", true));
}

TEST_F(SimChipTest, ALineNameThatWouldBreakTheFileIsRefused) {
  auto spec = strike();
  spec.line.line = "22\n1 x";
  EXPECT_EQ(chip_.request_output(spec, false).error().fault, Fault::invalid);
}

TEST_F(SimChipTest, ALineMayOutliveItsChip) {
  auto chip = std::make_unique<SimChip>(file_);
  auto const input = chip->request_input(door());
  auto const output = chip->request_output(strike(), false);
  chip.reset();
  EXPECT_TRUE((*output)->set(true));
  EXPECT_FALSE(*(*input)->level());
}

}  // namespace
}  // namespace snapcron
