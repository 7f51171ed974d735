// What becomes of pictures that the journal does not know.

#include "app/find_lost.hpp"

#include "imprint/imprint.hpp"
#include "support/await.hpp"
#include "support/temporary_folder.hpp"
#include "support/times.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct StoppedClock : Clock {
  Moment now() const override { return {Steady{1000s}, wall}; }
  Instant wall{};
};

class PicturesThatNoJournalKnows : public testing::Test {
 protected:
  PicturesThatNoJournalKnows() {
    clock.wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + 1min;
    // Its worker never answers: what is queued stays so.
    DestinationSpec nas;
    nas.name = "nas";
    nas.target = FolderTarget{.folder = "/nowhere"};
    nas.filename = Template::parse("{path}", Template::Use::remote_name).value();
    outbox.start({nas});
  }

  void store(std::string const& path, Duration age, std::vector<std::string> to) {
    PictureFacts facts;
    facts.values.camera = "door";
    facts.values.event = "e-1";
    facts.captured.wall = facts.trigger.wall = clock.wall - age;
    facts.to = std::move(to);
    auto const file = folder.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << with_imprint("\xff\xd8\xff\xd9", facts);
    std::filesystem::last_write_time(
        file, std::filesystem::file_time_type::clock::now() -
                  std::chrono::duration_cast<std::filesystem::file_time_type::duration>(age));
  }

  void record(std::string const& path) {
    PictureJournal::Entry entry;
    entry.picture = {.path = path};
    ASSERT_TRUE(recorder.journal().write({.entries = {entry}}));
  }

  FindLost with() {
    return {.outbox = outbox,
            .recorder = recorder,
            .workers = workers,
            .storage = folder.path(),
            .zone = zone,
            .clock = clock,
            .warn = [this](std::string const& text) { warnings.push_back(text); }};
  }

  std::vector<std::string> listed(bool set_aside) {
    std::vector<std::string> files;
    auto const all = recorder.journal().list({});
    for (auto const& delivery : *all)
      if (delivery.set_aside == set_aside) files.push_back(delivery.file);
    std::ranges::sort(files);
    return files;
  }

  TemporaryFolder folder;
  boost::asio::io_context loop;
  boost::asio::thread_pool workers{1};
  StoppedClock clock;
  Zone zone;
  std::vector<std::string> warnings;
  PictureRecorder recorder{loop, folder.path(), [](bool, std::string const&) {}};
  Outbox outbox{loop,
                clock,
                recorder,
                folder.path(),
                {"/bin/sleep", "1000"},
                {[](auto const&) {}, [](auto const&) {}, [] {}, [](auto const&) {}}};
};

TEST_F(PicturesThatNoJournalKnows, AreQueuedAgainWhenTheyAreOfTheLastDay) {
  store("2026/a.jpg", 1h, {"nas"});
  store("b.jpg", 23h, {"nas", "gone"});
  await(loop, find_lost(with()));
  EXPECT_THAT(listed(false), ElementsAre("2026/a.jpg", "b.jpg"));
  EXPECT_THAT(listed(true), IsEmpty());
}

TEST_F(PicturesThatNoJournalKnows, AreSetAsideWhenTheyAreOlder) {
  store("old.jpg", 30h, {"nas"});
  await(loop, find_lost(with()));
  EXPECT_THAT(listed(false), IsEmpty());
  EXPECT_THAT(listed(true), ElementsAre("old.jpg"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("1 older ones are set aside")));
  EXPECT_THAT(recorder.journal().pictures({}).value(), IsEmpty());  // retention leaves it alone
}

TEST_F(PicturesThatNoJournalKnows, AreLeftAloneWhenTheyWereToGoNowhere) {
  store("a.jpg", 1h, {});
  std::ofstream{folder.path() / "holiday.jpg"} << "not ours";
  std::filesystem::create_symlink("a.jpg", folder.path() / "lastshot.jpg");
  await(loop, find_lost(with()));
  EXPECT_THAT(listed(false), IsEmpty());
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(PicturesThatNoJournalKnows, AreLookedForOnceAfterItWasBegunAnew) {
  await(loop, find_lost(with()));
  store("a.jpg", 1h, {"nas"});
  await(loop, find_lost(with()));
  EXPECT_THAT(listed(false), IsEmpty());
}

TEST_F(PicturesThatNoJournalKnows, AreRecordedAtTheNextStartWhenThePowerFailed) {
  await(loop, find_lost(with()));
  record("known.jpg");
  store("known.jpg", 2h, {"nas"});
  store("unknown.jpg", 1h, {"nas"});
  store("old.jpg", 30h, {"nas"});
  await(loop, find_unrecorded(with()));
  await(loop, find_unrecorded(with()));
  EXPECT_THAT(listed(false), ElementsAre("unknown.jpg"));
  EXPECT_THAT(listed(true), IsEmpty());
}

}  // namespace
}  // namespace snapcron
