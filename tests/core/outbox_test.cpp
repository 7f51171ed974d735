// What becomes of a delivery after each attempt.

#include "core/outbox.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using What = snapcron::Verdict::What;
using Answer = UploadResult::Verdict;

class AnOutbox : public testing::Test {
 protected:
  /// An attempt that took no time.
  Verdict after(Answer answer, double chance = 0) {
    UploadResult result;
    result.verdict = answer;
    result.text = "no route";
    auto const verdict = judge(result, delivery, spec, now.steady, now, chance, health);
    if (verdict.what == What::wait) ++delivery.attempts;
    return verdict;
  }
  void pass(Duration time) {
    now.steady += time;
    now.wall += time;
  }

  Moment now{Steady{1h}, Instant{std::chrono::seconds{1'790'000'000}}};
  DestinationSpec spec;
  Delivery delivery{.id = 7, .destination = "nas", .queued = now.wall};
  DestinationHealth health;
};

TEST_F(AnOutbox, PausesLongerAfterEachFailureUpToAQuarterOfAnHour) {
  EXPECT_EQ(pause_after(1, 0), 5s);
  EXPECT_EQ(pause_after(2, 0), 10s);
  EXPECT_EQ(pause_after(3, 0), 20s);
  EXPECT_EQ(pause_after(8, 0), 640s);
  EXPECT_EQ(pause_after(9, 0), 15min);
  EXPECT_EQ(pause_after(4'000'000'000, 0), 15min);
}

TEST_F(AnOutbox, TakesUpToAQuarterOffSoThatManyDoNotComeBackAtOnce) {
  EXPECT_EQ(pause_after(1, 1), 3750ms);
  EXPECT_EQ(pause_after(1, 0.5), 4375ms);
}

TEST_F(AnOutbox, IsDoneWithWhatWasDelivered) {
  EXPECT_EQ(after(Answer::done).what, What::delivered);
}

TEST_F(AnOutbox, TriesAFailedOneLaterAndLeavesTheDestinationAlone) {
  auto const verdict = after(Answer::again);

  EXPECT_EQ(verdict.what, What::wait);
  EXPECT_EQ(verdict.next, now.wall + 5s);
  EXPECT_EQ(health.failures, 0u);
  EXPECT_EQ(after(Answer::again).next, now.wall + 10s);
}

TEST_F(AnOutbox, LetsEverythingWaitForADestinationThatIsDown) {
  auto const verdict = after(Answer::down);

  EXPECT_EQ(verdict.what, What::wait);
  EXPECT_EQ(health.not_before, now.steady + 5s);
  EXPECT_EQ(health.error, "no route");
  pass(5s);
  after(Answer::down);
  EXPECT_EQ(health.not_before, now.steady + 10s);
}

TEST_F(AnOutbox, CountsADestinationThatIsDownOnceForAllThatWereUnderWay) {
  after(Answer::down);
  after(Answer::down);  // began before it was known

  EXPECT_EQ(health.failures, 1u);
  EXPECT_EQ(health.not_before, now.steady + 5s);
}

TEST_F(AnOutbox, ForgetsTheFailuresOfADestinationThatAnswers) {
  after(Answer::down);
  pass(5s);
  after(Answer::done);

  EXPECT_EQ(health.failures, 0u);
  EXPECT_EQ(health.error, "");
  EXPECT_FALSE(health.down_since);
}

TEST_F(AnOutbox, TriesSeldomWhereAPersonMustMendSomething) {
  after(Answer::refused);

  EXPECT_EQ(health.not_before, now.steady + 15min);
}

TEST_F(AnOutbox, SetsAsideWhatTheDestinationWillNeverTake) {
  EXPECT_EQ(after(Answer::never).what, What::give_up);
}

TEST_F(AnOutbox, GivesUpOneThatFailsForTheTimeThatWasAllowed) {
  spec.give_up_after = 1min;

  EXPECT_EQ(after(Answer::again).what, What::wait);  // tried for 5 s
  pass(2min);
  EXPECT_EQ(after(Answer::again).what, What::wait);     // 15 s
  EXPECT_EQ(after(Answer::again).what, What::wait);     // 35 s
  EXPECT_EQ(after(Answer::again).what, What::give_up);  // 75 s
}

TEST_F(AnOutbox, GivesNothingUpBecauseTheClockWasSet) {
  spec.give_up_after = 24h;
  now.wall += 24h * 365 * 56;

  EXPECT_EQ(after(Answer::again).what, What::wait);
  EXPECT_EQ(after(Answer::down).what, What::wait);
}

TEST_F(AnOutbox, GivesUpWhatIsOldWhenTheDestinationHasBeenDownForAsLong) {
  spec.give_up_after = 24h;
  after(Answer::down);
  pass(25h);
  EXPECT_EQ(after(Answer::down).what, What::give_up);

  delivery.queued = now.wall;  // a picture of today
  EXPECT_EQ(after(Answer::down).what, What::wait);
}

TEST(ADelivery, HasTheNameAndTheWordsOfTheMomentInWhichItIsQueued) {
  auto const text = [](char const* source, Template::Use use) {
    return Template::parse(source, use).value();
  };
  MailTarget mail;
  mail.subject = text("{rule} at the {camera}", Template::Use::text);
  mail.text = text("look", Template::Use::text);
  DestinationSpec spec;
  spec.name = "guard";
  spec.target = mail;
  spec.filename = text("{camera}-{number}-{name}", Template::Use::remote_name);
  TemplateValues values;
  values.camera = "door";
  values.rule = "photo";
  values.event = "e-1";
  values.number = 7;
  auto const now = Instant{1h};

  auto const delivery = delivery_of(spec, {.path = "a/b.jpg", .bytes = 9}, values, {}, now);
  auto const other =
      delivery_of(spec, {}, values, {.subject = Template::literal("Hello"), .text = {}}, now);

  EXPECT_EQ(delivery.destination, "guard");
  EXPECT_EQ(delivery.file, "a/b.jpg");
  EXPECT_EQ(delivery.name, "door-7-b.jpg");
  EXPECT_EQ(delivery.subject, "photo at the door");
  EXPECT_EQ(delivery.text, "look");
  EXPECT_EQ(delivery.event, "e-1");
  EXPECT_EQ(delivery.bytes, 9u);
  EXPECT_EQ(delivery.queued, now);
  EXPECT_EQ(other.subject, "Hello");
  EXPECT_EQ(other.file + other.name, "");
}

TEST(ADelivery, IsNumberedFromOneToWrapAndAgainFromOne) {
  DestinationSpec spec;
  EXPECT_EQ(next_number(spec, 0), 1u);
  EXPECT_EQ(next_number(spec, 1'000'000), 1'000'001u);
  spec.wrap = 3;
  EXPECT_EQ(next_number(spec, 2), 3u);
  EXPECT_EQ(next_number(spec, 3), 1u);
  EXPECT_EQ(next_number(spec, 9), 1u);  // it was made less
}

}  // namespace
}  // namespace snapcron
