// What was taken and what waits to be delivered, over restarts and kills.

#include "store/picture_journal.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

class ThePictureJournal : public testing::Test {
 protected:
  static constexpr Instant noon{std::chrono::seconds{1'790'000'000}};

  static PictureJournal::Entry picture(std::string const& path,
                                       std::vector<std::string> const& destinations) {
    PictureJournal::Entry entry;
    entry.picture = {.path = path, .camera = "door", .captured = noon, .bytes = 100};
    for (auto const& name : destinations)
      entry.deliveries.push_back(
          {.destination = name, .file = path, .name = path, .queued = noon, .bytes = 100});
    return entry;
  }
  void add(std::string const& path, std::vector<std::string> const& destinations) {
    auto const written = journal->write({.entries = {picture(path, destinations)}});
    ASSERT_TRUE(written) << written.error().text;
  }
  void settle(std::int64_t id, Verdict verdict, std::optional<Delivery> instead = {}) {
    auto const written = journal->write({.outcomes = {{.id = id,
                                                       .destination = "nas",
                                                       .verdict = verdict,
                                                       .error = "why",
                                                       .instead = std::move(instead)}}});
    ASSERT_TRUE(written) << written.error().text;
  }
  std::vector<std::string> due(Instant now = noon, std::string const& destination = "nas") {
    std::vector<std::string> files;
    for (auto const& delivery : journal->due(destination, now, 100).value())
      files.push_back(delivery.file);
    return files;
  }
  void restart() { journal.emplace(folder.path()); }

  TemporaryFolder folder;
  std::optional<PictureJournal> journal{folder.path()};
};

TEST_F(ThePictureJournal, KeepsWhatIsToBeDeliveredInItsOrder) {
  add("a.jpg", {"nas", "web"});
  add("b.jpg", {"nas"});
  restart();

  EXPECT_THAT(due(), testing::ElementsAre("a.jpg", "b.jpg"));
  EXPECT_THAT(due(noon, "web"), testing::ElementsAre("a.jpg"));
  EXPECT_EQ(journal->stored().value(), 200u);
}

TEST_F(ThePictureJournal, GoesOnAfterTheLastOneThatIsKnown) {
  for (auto const* path : {"a.jpg", "b.jpg", "c.jpg"}) add(path, {"nas"});

  auto const first = journal->due("nas", noon, 2).value();
  ASSERT_EQ(first.size(), 2u);
  auto const rest = journal->due("nas", noon, 2, first.back().id).value();

  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest.front().file, "c.jpg");
}

TEST_F(ThePictureJournal, CountsAllThatEndedTogether) {
  for (auto const* path : {"a.jpg", "b.jpg", "c.jpg"}) add(path, {"nas", "web"});
  auto const ended = [](std::int64_t id, std::string const& destination, Verdict::What what) {
    return PictureJournal::Outcome{
        .id = id, .destination = destination, .verdict = {what, {}}, .error = {}, .instead = {}};
  };
  using enum Verdict::What;
  ASSERT_TRUE(journal->write({.outcomes = {ended(1, "nas", delivered), ended(2, "web", delivered),
                                           ended(3, "nas", delivered), ended(5, "nas", give_up)}}));

  auto const counts = journal->counts().value();
  EXPECT_EQ(counts.at("nas").delivered, 2u);
  EXPECT_EQ(counts.at("nas").given_up, 1u);
  EXPECT_EQ(counts.at("web").delivered, 1u);
}

TEST_F(ThePictureJournal, KnowsThePictureOfWhatIsQueuedLater) {
  add("a.jpg", {});
  PictureJournal::Entry mail;
  mail.deliveries = {{.destination = "nas", .file = "a.jpg"}, {.destination = "nas"}};
  ASSERT_TRUE(journal->write({.entries = {mail}}));

  auto const waiting = journal->due("nas", noon, 9).value();
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].picture, journal->pictures({}).value().front().id);
  EXPECT_EQ(waiting[0].bytes, 100u);
  EXPECT_EQ(waiting[1].picture, 0);
  EXPECT_THAT(journal->oldest(9, false).value(), testing::IsEmpty());
}

TEST_F(ThePictureJournal, SendsNothingElsewhereThatWasDroppedMeanwhile) {
  add("a.jpg", {"nas"});
  ASSERT_EQ(journal->drop({.ids = {1}}).value(), 1u);

  settle(1, {Verdict::What::give_up, {}}, Delivery{.destination = "web", .file = "a.jpg"});

  EXPECT_THAT(due(noon, "web"), testing::IsEmpty());
  EXPECT_EQ(journal->counts().value()["nas"].given_up, 0u);
}

TEST_F(ThePictureJournal, IsDoneWithWhatWasDelivered) {
  add("a.jpg", {"nas"});
  settle(1, {Verdict::What::delivered, {}});

  EXPECT_THAT(due(), testing::IsEmpty());
  EXPECT_EQ(journal->counts().value().at("nas").delivered, 1u);
}

TEST_F(ThePictureJournal, NeverGivesTheNumberOfADeliveryAgain) {
  add("a.jpg", {"nas"});
  settle(1, {Verdict::What::delivered, {}});
  restart();
  add("b.jpg", {"nas"});

  EXPECT_EQ(journal->list({}).value().front().id, 2);
}

TEST_F(ThePictureJournal, LetsAFailedOneWait) {
  add("a.jpg", {"nas"});
  settle(1, {Verdict::What::wait, noon + 10s});

  EXPECT_THAT(due(noon + 9s), testing::IsEmpty());
  EXPECT_EQ(journal->earliest("nas").value(), noon + 10s);
  EXPECT_THAT(due(noon + 10s), testing::ElementsAre("a.jpg"));
  auto const waiting = journal->list({}).value().front();
  EXPECT_EQ(waiting.attempts, 1u);
  EXPECT_EQ(waiting.error, "why");
}

TEST_F(ThePictureJournal, DoesNotWaitForATimeThatAClockWhichWasSetMadeUp) {
  add("a.jpg", {"nas"});
  settle(1, {Verdict::What::wait, noon + 24h * 365});

  EXPECT_THAT(due(), testing::ElementsAre("a.jpg"));
}

TEST_F(ThePictureJournal, SetsAsideWhatWasGivenUpUntilAPersonDecides) {
  add("a.jpg", {"nas"});
  settle(1, {Verdict::What::give_up, {}});

  EXPECT_THAT(due(noon + 24h), testing::IsEmpty());
  EXPECT_EQ(journal->counts().value().at("nas").set_aside, 1u);
  EXPECT_EQ(journal->retry({}).value(), 1u);
  EXPECT_THAT(due(), testing::ElementsAre("a.jpg"));
  EXPECT_EQ(journal->drop({.destination = "nas"}).value(), 1u);
  EXPECT_THAT(due(), testing::IsEmpty());
}

TEST_F(ThePictureJournal, QueuesForAnotherInTheSameBreathInWhichItGivesUp) {
  add("a.jpg", {"nas"});
  auto other = journal->list({}).value().front();
  other.destination = "web";
  settle(1, {Verdict::What::give_up, {}}, other);

  EXPECT_THAT(due(noon, "web"), testing::ElementsAre("a.jpg"));
}

TEST_F(ThePictureJournal, OffersOnlyWhatIsDeliveredToRetention) {
  add("a.jpg", {"nas"});
  add("b.jpg", {});

  auto const old = journal->oldest(10, false).value();
  ASSERT_EQ(old.size(), 1u);
  EXPECT_EQ(old.front().path, "b.jpg");
  EXPECT_EQ(journal->oldest(10, true).value().size(), 2u);
  ASSERT_TRUE(journal->forget(old));
  EXPECT_EQ(journal->stored().value(), 100u);
}

TEST_F(ThePictureJournal, CountsOnOverARestart) {
  ASSERT_TRUE(journal->write({.entries = {picture("a.jpg", {"nas"})}, .numbers = {{"nas", 41}}}));
  restart();

  EXPECT_EQ(journal->counts().value().at("nas").number, 41u);
}

TEST_F(ThePictureJournal, HasANameOfItsOwnThatStays) {
  auto const name = journal->name().value();
  restart();

  EXPECT_EQ(journal->name().value(), name);
  EXPECT_EQ(name.size(), 16u);
  TemporaryFolder const elsewhere;
  EXPECT_NE(PictureJournal{elsewhere.path()}.name().value(), name);
}

// A picture and its deliveries are there together or not at all, and what was told stands.
TEST_F(ThePictureJournal, IsWholeWheneverItsWriterIsKilled) {
  for (int round = 0; round < 10; ++round) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    journal.reset();
    pid_t const child = ::fork();
    if (child == 0) {
      PictureJournal mine{folder.path()};
      for (;;) {
        if (!mine.write({.entries = {picture("a.jpg", {"nas", "web"})}})) ::_exit(1);
        if (::write(told[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(told[1]);
    std::uint64_t count = 0;
    char one;
    while (count < 3 + static_cast<std::uint64_t>(round) && ::read(told[0], &one, 1) == 1) ++count;
    ::kill(child, SIGKILL);
    while (::read(told[0], &one, 1) == 1) ++count;
    ::close(told[0]);
    ::waitpid(child, nullptr, 0);
    restart();
    auto const pictures = journal->stored().value() / 100;
    auto const counts = journal->counts().value();
    EXPECT_GE(pictures, count);
    EXPECT_EQ(counts.at("nas").waiting, pictures);
    EXPECT_EQ(counts.at("web").waiting, pictures);
    ASSERT_TRUE(journal->drop({}));
    ASSERT_TRUE(journal->forget(journal->oldest(100'000, true).value()));
  }
}

}  // namespace
}  // namespace snapcron
