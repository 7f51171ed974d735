// When the recorder writes, what it does when it cannot, and who is told.

#include "app/recorder.hpp"

#include "support/await.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <mutex>

namespace snapcron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto never = std::chrono::hours{1};
constexpr auto at_once = Duration::zero();

/// A disk made of values, asked by the recorder's thread.
class FakeRecords : public Records {
 public:
  Result<std::int64_t> write(std::span<Record const> appended,
                             std::optional<std::string> const& text) override {
    if (hold.valid()) hold.wait();
    std::lock_guard const lock{mutex};
    if (full) return Error{Fault::no_space, "no space left"};
    sizes.push_back(appended.size());
    for (auto record : appended) {
      record.id = static_cast<std::int64_t>(records.size()) + 1;
      records.push_back(std::move(record));
    }
    if (text) remembered = text;
    return static_cast<std::int64_t>(records.size());
  }
  Result<std::optional<std::string>> memory() override { return remembered; }
  Result<std::vector<Record>> read(LogQuery const& query) override {
    std::vector<Record> found;
    std::ranges::copy_if(records, std::back_inserter(found), [&](Record const& r) {
      return r.id > query.after && (!query.rule || r.rule == *query.rule);
    });
    return found;
  }
  std::string take_notice() override { return std::exchange(notice, {}); }

  std::size_t writes() {
    std::lock_guard const lock{mutex};
    return sizes.size();
  }

  std::mutex mutex;
  std::vector<std::size_t> sizes;  // of each write
  std::vector<Record> records;
  std::optional<std::string> remembered;
  std::string notice;
  bool full = false;
  std::shared_future<void> hold;
};

class TheRecorder : public testing::Test {
 protected:
  Recorder& start(RecorderPace pace) {
    return recorder.emplace(
        loop, store,
        [this](bool ok, std::string const& text) {
          said.push_back((ok ? "ok: " : "wrong: ") + text);
        },
        pace);
  }
  static Record record(std::string json) {
    Record made;
    made.json = std::move(json);
    return made;
  }
  void turn_until(std::function<bool()> const& reached) {
    loop.restart();
    while (!reached() && loop.run_one() > 0) {
    }
    ASSERT_TRUE(reached());
  }
  std::vector<std::string> written() {
    std::lock_guard const lock{store.mutex};
    std::vector<std::string> texts;
    for (auto const& each : store.records) texts.push_back(each.json);
    return texts;
  }

  FakeRecords store;
  boost::asio::io_context loop{1};
  std::vector<std::string> said;
  std::optional<Recorder> recorder;
};

TEST_F(TheRecorder, WritesTogetherWhatCameTogether) {
  auto& recording = start({.urgent = never, .calm = std::chrono::milliseconds{1}});
  recording.add(record("1"));
  recording.add(record("2"));
  recording.remember("old");
  recording.remember("new");
  EXPECT_EQ(store.writes(), 0u);
  turn_until([&] { return store.writes() == 1; });
  EXPECT_THAT(written(), ElementsAre("1", "2"));
  EXPECT_EQ(store.remembered, "new");
}

TEST_F(TheRecorder, DoesNotLetTheUrgentWaitForTheCalm) {
  auto& recording = start({.urgent = at_once, .calm = never});
  recording.add(record("calm"));
  loop.poll();
  EXPECT_EQ(store.writes(), 0u);
  recording.remember("urgent", true);
  turn_until([&] { return store.writes() == 1; });
  EXPECT_THAT(written(), ElementsAre("calm"));
  EXPECT_EQ(store.remembered, "urgent");
}

TEST_F(TheRecorder, LeavesTheDiskAloneBetweenWrites) {
  auto& recording = start({.urgent = at_once, .between = never});
  recording.add(record("1"), true);
  turn_until([&] { return store.writes() == 1; });
  await(loop, recording.read({}));  // until the loop knows of it
  recording.add(record("2"), true);
  loop.restart();
  loop.poll();
  EXPECT_EQ(store.writes(), 1u);
  await(loop, recording.stop());
  EXPECT_THAT(written(), ElementsAre("1", "2"));
}

TEST_F(TheRecorder, WritesBeforeItReads) {
  auto& recording = start({.urgent = at_once, .calm = never});
  recording.add(record("1"));
  EXPECT_THAT(await(loop, recording.read({})).value(), SizeIs(1));
  EXPECT_THAT(await(loop, recording.read({.after = 1})).value(), IsEmpty());
  EXPECT_EQ(store.writes(), 1u);
}

TEST_F(TheRecorder, WakesWhoWaitsForNews) {
  auto& recording = start({.urgent = at_once, .calm = never});
  bool woken = false;
  boost::asio::co_spawn(loop, recording.wait_newer(0, never),
                        [&](std::exception_ptr) { woken = true; });
  loop.poll();
  EXPECT_FALSE(woken);
  recording.add(record("1"));  // calm, but somebody waits for it
  turn_until([&] { return woken; });
  EXPECT_EQ(store.writes(), 1u);
  await(loop, recording.wait_newer(0, never));  // is there already
}

TEST_F(TheRecorder, WaitsNoLongerThanAsked) {
  auto& recording = start({});
  await(loop, recording.wait_newer(0, std::chrono::milliseconds{1}));
  EXPECT_EQ(store.writes(), 0u);
}

TEST_F(TheRecorder, GivesAFollowerWhatIsWrittenNext) {
  auto& recording = start({.urgent = at_once, .calm = never, .between = at_once});
  recording.add(record("1"));
  auto const first = await(loop, recording.page({}, Duration::zero())).value();
  EXPECT_EQ(first.next, 1);
  std::optional<LogPage> next;
  boost::asio::co_spawn(loop, recording.page({.after = first.next}, never),
                        [&](std::exception_ptr, Result<LogPage> page) { next = page.value(); });
  loop.poll();
  recording.add(record("2"));
  turn_until([&] { return next.has_value(); });
  ASSERT_THAT(next->records, SizeIs(1));
  EXPECT_EQ(next->records[0].json, "2");
  EXPECT_EQ(next->next, 2);
}

TEST_F(TheRecorder, LetsAFollowerOfOneRuleWaitThoughThereIsNewsOfOthers) {
  auto& recording = start({.urgent = at_once, .calm = never});
  recording.add(record("1"));
  await(loop, recording.read({}));
  auto const page =
      await(loop, recording.page({.rule = "another"}, std::chrono::milliseconds{1})).value();
  EXPECT_THAT(page.records, IsEmpty());
  EXPECT_EQ(page.next, 0);
  bool over = false;
  boost::asio::co_spawn(loop, recording.page({.rule = "another"}, never),
                        [&](std::exception_ptr, Result<LogPage>) { over = true; });
  await(loop, recording.read({}));  // a later look at the disk, while the follower waits
  EXPECT_FALSE(over);
  await(loop, recording.stop());
  turn_until([&] { return over; });
}

TEST_F(TheRecorder, LetsWaitersGoWhenItStops) {
  auto& recording = start({});
  bool woken = false;
  boost::asio::co_spawn(loop, recording.wait_newer(0, never),
                        [&](std::exception_ptr) { woken = true; });
  loop.poll();
  await(loop, recording.stop());
  turn_until([&] { return woken; });
}

TEST_F(TheRecorder, TriesAgainAndSaysOnceThatItFails) {
  store.full = true;
  auto& recording =
      start({.urgent = at_once, .between = at_once, .retry = std::chrono::milliseconds{1}});
  recording.add(record("1"), true);
  recording.remember("m1");
  turn_until([&] { return !said.empty(); });
  recording.add(record("2"), true);
  for (int i = 0; i < 20; ++i) loop.run_one();
  {
    std::lock_guard const lock{store.mutex};
    store.full = false;
  }
  turn_until([&] { return said.size() == 2; });
  EXPECT_THAT(
      said,
      ElementsAre("wrong: the log of the rules cannot be written, it is tried again: no space left",
                  "ok: the log of the rules is written again"));
  EXPECT_THAT(written(), ElementsAre("1", "2"));
  EXPECT_EQ(store.remembered, "m1");
}

TEST_F(TheRecorder, KeepsTheNewerMemoryWhenAWriteFails) {
  store.full = true;
  auto& recording = start({.urgent = at_once, .between = at_once, .retry = never});
  recording.remember("old", true);
  turn_until([&] { return !said.empty(); });
  recording.remember("new");
  store.full = false;
  await(loop, recording.stop());
  EXPECT_EQ(store.remembered, "new");
}

TEST_F(TheRecorder, CountsWhatItHasNoRoomFor) {
  auto& recording = start({.urgent = never, .calm = never});
  for (std::size_t i = 0; i < Recorder::most_queued + 7; ++i) recording.add(record("{}"));
  await(loop, recording.stop());
  EXPECT_THAT(written(), SizeIs(Recorder::most_queued + 1));
  EXPECT_EQ(written().back(), R"({"time":"1970-01-01T00:00:00.000+00:00","kind":"lost",)"
                              R"("text":"7 records, the disk did not take them in time"})");
}

TEST_F(TheRecorder, CountsTheLostOnceWhenTheDiskFailsToo) {
  store.full = true;
  auto& recording = start({.urgent = at_once, .between = at_once, .retry = never});
  for (std::size_t i = 0; i < Recorder::most_queued; ++i) recording.add(record("{}"), true);
  turn_until([&] { return !said.empty(); });
  for (int i = 0; i < 3; ++i) recording.add(record("{}"));
  store.full = false;
  await(loop, recording.stop());
  EXPECT_THAT(written(), SizeIs(Recorder::most_queued + 1));
  EXPECT_THAT(written().back(), HasSubstr("3 records, the disk"));
}

TEST_F(TheRecorder, DoesNotWaitForAHungDiskWhenItStops) {
  std::promise<void> release;
  store.hold = release.get_future().share();
  auto& recording =
      start({.urgent = never, .calm = never, .farewell = std::chrono::milliseconds{10}});
  recording.add(record("1"));
  await(loop, recording.stop());
  EXPECT_THAT(said, ElementsAre(HasSubstr("the disk does not take them")));
  release.set_value();
}

TEST_F(TheRecorder, PassesOnWhatAPersonShouldKnow) {
  store.notice = "the file is begun anew";
  auto& recording = start({});
  await(loop, recording.read({}));
  EXPECT_THAT(said, ElementsAre("wrong: the file is begun anew"));
}

}  // namespace
}  // namespace snapcron
