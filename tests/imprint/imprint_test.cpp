#include "imprint/imprint.hpp"

#include "imprint/sha256.hpp"
#include "support/times.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string const jpeg = "\xff\xd8\xff\xe0\x00\x04JF\xff\xda picture \xff\xd9"s;

PictureFacts facts_of_a_door() {
  PictureFacts facts;
  facts.values.zone = test::zone("Europe/Stockholm");
  facts.values.camera = "door";
  facts.values.rule = "door-open";
  facts.values.event = "t0f2-7";
  facts.trigger = Moment{Steady{100s}, test::at("2026-03-01T12:00:00Z")};
  facts.captured = Moment{facts.trigger.steady - 411500us, facts.trigger.wall - 411500us};
  return facts;
}

TEST(Imprint, TellsHowLongBeforeTheTriggerAPictureWasTaken) {
  auto const picture = with_imprint(jpeg, facts_of_a_door());
  EXPECT_NE(picture.find(R"({"camera": "door", "rule": "door-open", "event": "t0f2-7", )"
                         R"("trigger": "2026-03-01T13:00:00.000+01:00", )"
                         R"("captured": "2026-03-01T12:59:59.588+01:00", "age_ms": -412, )"
                         R"("seq": 1, "sha256": ")"),
            std::string::npos)
      << picture;
}

TEST(Imprint, IsReadAgain) {
  auto facts = facts_of_a_door();
  facts.values.seq = 3;
  facts.values.trigger = "input";
  facts.values.input = "front-door";
  facts.values.edge = "rising";
  facts.to = {"archive", "phone"};

  auto const picture = with_imprint(jpeg, facts);
  auto const imprint = find_imprint(picture);

  ASSERT_TRUE(imprint);
  EXPECT_EQ(imprint->values.camera, "door");
  EXPECT_EQ(imprint->values.rule, "door-open");
  EXPECT_EQ(imprint->values.event, "t0f2-7");
  EXPECT_EQ(imprint->values.seq, 3u);
  EXPECT_EQ(imprint->values.trigger, "input");
  EXPECT_EQ(imprint->values.input, "front-door");
  EXPECT_EQ(imprint->values.edge, "rising");
  EXPECT_EQ(imprint->values.time, test::at("2026-03-01T11:59:59.588Z"));
  EXPECT_EQ(imprint->to, (std::vector<std::string>{"archive", "phone"}));
}

TEST(Imprint, HoldsTheDigestOfWhatTheCameraSent) {
  auto picture = with_imprint(jpeg, facts_of_a_door());
  auto const imprint = find_imprint(picture);
  ASSERT_TRUE(imprint);
  EXPECT_EQ(imprint->sha256, Sha256{}.add(jpeg).hex());
  EXPECT_EQ(picture.erase(imprint->at, imprint->size), jpeg);
}

TEST(Imprint, LetsNoNameBreakOut) {
  auto facts = facts_of_a_door();
  facts.values.rule = "a\"b\\c\nd" + std::string(5000, 'x');
  auto const picture = with_imprint(jpeg, facts);
  EXPECT_NE(picture.find(R"("rule": "a\"b\\c?dxxx)"), std::string::npos) << picture;
  EXPECT_LT(picture.size(), 1500u);
  EXPECT_TRUE(find_imprint(picture));
}

TEST(Imprint, IsNotFoundInWhatHasNone) {
  EXPECT_FALSE(find_imprint(""));
  EXPECT_FALSE(find_imprint(jpeg));
  EXPECT_FALSE(find_imprint("\xff\xd8\xff\xfe\x00\x07hello"s));
  auto const picture = with_imprint(jpeg, facts_of_a_door());
  for (std::size_t size = 0; size < picture.find("\"}") + 2; ++size)
    EXPECT_FALSE(find_imprint(picture.substr(0, size))) << size;
}

TEST(Imprint, OfAnOlderVersionHasNoDigest) {
  auto const text =
      R"({"camera": "door", "rule": "r", "event": "e", "trigger": "2026-03-01T13:00:00.000+01:00",)"
      R"( "captured": "2026-03-01T13:00:00.000+01:00", "age_ms": 0})"s;
  auto const length = text.size() + 2;
  auto const picture = "\xff\xd8\xff\xfe"s + static_cast<char>(length >> 8U) +
                       static_cast<char>(length & 255U) + text + "\xff\xd9";
  auto const imprint = find_imprint(picture);
  ASSERT_TRUE(imprint);
  EXPECT_EQ(imprint->sha256, "");
  EXPECT_TRUE(imprint->to.empty());
}

TEST(Sha256, IsThatOfTheStandard) {  // FIPS 180-4's example
  EXPECT_EQ(Sha256{}.add("a").add("bc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace snapcron
