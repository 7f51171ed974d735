#include "capture/picture_facts.hpp"

#include "support/times.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

TEST(PictureFacts, TellHowLongBeforeTheTriggerAPictureWasTaken) {
  auto const trigger = Moment{Steady{100s}, test::at("2026-03-01T12:00:00Z")};
  auto const captured = Moment{trigger.steady - 411500us, trigger.wall - 411500us};
  EXPECT_EQ(
      describe({"door", "door-open", "t0f2-7", trigger, captured}, test::zone("Europe/Stockholm")),
      R"({"camera": "door", "rule": "door-open", "event": "t0f2-7", )"
      R"("trigger": "2026-03-01T13:00:00.000+01:00", )"
      R"("captured": "2026-03-01T12:59:59.588+01:00", "age_ms": -412})");
}

TEST(PictureFacts, LetNoNameBreakOut) {
  auto const text = describe({"door", "a\"b\\c\nd" + std::string(5000, 'x'), "", {}, {}}, Zone{});
  EXPECT_NE(text.find(R"("rule": "a\"b\\c?dxxx)"), std::string::npos) << text;
  EXPECT_LT(text.size(), 1000u);
}

}  // namespace
}  // namespace snapcron
