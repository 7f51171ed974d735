// What the daemon remembers: over restarts, kills, and files that are damaged, removed or not ours.

#include "store/state_store.hpp"

#include "support/mounted_tmpfs.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace snapcron {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Record record(std::string rule, std::string text = "x") {
  return {.id = 0,
          .at = Instant{std::chrono::seconds{1'770'000'000}},
          .rule = std::move(rule),
          .event = "e1",
          .json = "{\"text\":\"" + text + "\"}"};
}

std::vector<std::int64_t> ids(Result<std::vector<Record>> const& records) {
  std::vector<std::int64_t> all;
  for (auto const& each : records.value()) all.push_back(each.id);
  return all;
}

class TheStateStore : public testing::Test {
 protected:
  std::int64_t write(std::vector<Record> const& records,
                     std::optional<std::string> const& memory = {}) {
    auto const written = store->write(records, memory);
    EXPECT_TRUE(written) << written.error().text;
    return written ? *written : -1;
  }
  void restart() { store.emplace(folder.path()); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator{folder / ".snapcron"})
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  std::filesystem::path file() const { return folder.path() / ".snapcron" / "state.db"; }
  void overwrite(std::streamoff at, std::string const& bytes) const {
    std::fstream out{file(), std::ios::in | std::ios::out | std::ios::binary};
    out.seekp(at);
    out << bytes;
  }

  TemporaryFolder folder;
  std::optional<StateStore> store{folder.path()};
};

TEST_F(TheStateStore, BeginsEmpty) {
  EXPECT_EQ(store->memory().value(), std::nullopt);
  EXPECT_THAT(store->read({}).value(), IsEmpty());
  EXPECT_EQ(store->take_notice(), "");
}

TEST_F(TheStateStore, GivesBackWhatWasWritten) {
  auto sent = record("door", "D\xc3\xb6rr \"1\"");
  EXPECT_EQ(write({sent}), 1);
  restart();
  auto const read = store->read({}).value();
  sent.id = 1;
  EXPECT_THAT(read, ElementsAre(sent));
}

TEST_F(TheStateStore, KeepsTheNewestMemory) {
  write({}, "{\"a\":1}");
  write({record("door")});
  write({record("door")}, "{\"a\":2}");
  restart();
  EXPECT_EQ(store->memory().value(), "{\"a\":2}");
}

TEST_F(TheStateStore, NumbersGoOnOverARestart) {
  EXPECT_EQ(write({record("a"), record("b")}), 2);
  restart();
  EXPECT_EQ(write({record("c")}), 3);
}

TEST_F(TheStateStore, ReadsWhatWasWrittenInATime) {
  auto const noon = Instant{std::chrono::seconds{1'772'362'800}};
  auto at = [&](int minutes) {
    auto one = record("a");
    one.at = noon + std::chrono::minutes{minutes};
    return one;
  };
  write({at(0), at(1), at(2)});
  EXPECT_THAT(ids(store->read({.since = noon + std::chrono::minutes{1}})), ElementsAre(2, 3));
  EXPECT_THAT(ids(store->read({.until = noon + std::chrono::minutes{1}})), ElementsAre(1));
  EXPECT_THAT(ids(store->read({.before = 3, .since = noon + std::chrono::seconds{1}})),
              ElementsAre(2));
}

TEST_F(TheStateStore, ReadsAsAsked) {
  write({record("a"), record("b"), record("a"), record("b"), record("a")});
  EXPECT_THAT(ids(store->read({})), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(ids(store->read({.limit = 2})), ElementsAre(4, 5));
  EXPECT_THAT(ids(store->read({.newest = false, .limit = 2})), ElementsAre(1, 2));
  EXPECT_THAT(ids(store->read({.after = 2, .newest = false, .limit = 2})), ElementsAre(3, 4));
  EXPECT_THAT(ids(store->read({.rule = "a", .after = 1})), ElementsAre(3, 5));
  EXPECT_THAT(ids(store->read({.before = 4, .limit = 2})), ElementsAre(2, 3));
  EXPECT_THAT(ids(store->read({.rule = "nobody"})), IsEmpty());
  EXPECT_THAT(ids(store->read({.after = 5})), IsEmpty());
}

TEST_F(TheStateStore, TakesANumberThatItNeverGaveForTheBeginning) {
  write({record("a"), record("b")});
  EXPECT_THAT(ids(store->read({.after = 700, .newest = false})), ElementsAre(1, 2));
}

TEST_F(TheStateStore, KeepsTheNewestFiftyThousand) {
  std::vector<Record> const many(10'000, record("a"));
  for (int i = 0; i < 5; ++i) write(many);
  write(std::vector<Record>(999, record("b")));
  EXPECT_EQ(ids(store->read({.newest = false, .limit = 1})).at(0), 1);
  write({record("b")});
  write({record("b")});
  EXPECT_EQ(ids(store->read({.newest = false, .limit = 1})).at(0), 1002);
  EXPECT_THAT(store->read({.limit = 100'000}).value(), SizeIs(50'000));
}

TEST_F(TheStateStore, IsForNobodyElseToRead) {
  write({record("a")});
  struct stat info {};
  ASSERT_EQ(::stat((folder / ".snapcron").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  for (auto const& name : files()) {
    ASSERT_EQ(::stat((folder.path() / ".snapcron" / name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u) << name;
  }
}

TEST_F(TheStateStore, LeavesOneFileAfterACleanEnd) {
  write({record("a")});
  store.reset();
  EXPECT_THAT(files(), ElementsAre("state.db"));
}

TEST_F(TheStateStore, BeginsADamagedFileAnewAndKeepsIt) {
  write({record("a")}, "memory");
  store.reset();
  overwrite(0, std::string(200, 'x'));
  restart();
  EXPECT_EQ(store->memory().value(), std::nullopt);
  EXPECT_THAT(store->take_notice(),
              HasSubstr("state.db is broken: file is not a database; it is kept as "));
  EXPECT_EQ(store->take_notice(), "");
  EXPECT_THAT(files(), SizeIs(testing::Ge(2u)));
  EXPECT_EQ(write({record("b")}), 1);
}

TEST_F(TheStateStore, NoticesDamageWithinTheFileAfterACrash) {
  write(std::vector<Record>(1000, record("a", std::string(300, 'y'))), "memory");
  store.reset();
  auto const whole = contents(file());
  // As after a crash: a WAL is there. Then a page in the middle is lost.
  overwrite(static_cast<std::streamoff>(whole.size() / 2 / 4096 * 4096), std::string(4096, '\0'));
  std::ofstream{file().string() + "-wal"} << "a WAL of nothing";
  restart();
  EXPECT_THAT(store->read({}).value(), IsEmpty());
  EXPECT_THAT(store->take_notice(), HasSubstr("is broken: "));
}

TEST_F(TheStateStore, BeginsAnewWhatIsFoundDamagedWhileItRuns) {
  write(std::vector<Record>(1000, record("a", std::string(300, 'y'))), "memory");
  restart();
  EXPECT_EQ(store->memory().value(), "memory");
  overwrite(8192, std::string(std::filesystem::file_size(file()) - 8192, '\x7f'));
  EXPECT_THAT(store->read({}).value(), IsEmpty());
  EXPECT_THAT(store->take_notice(), HasSubstr("is broken: "));
  restart();
  EXPECT_EQ(store->memory().value(), "memory") << "the new file begins with what was remembered";
}

TEST_F(TheStateStore, BeginsAnewWhatSomebodyRemoved) {
  write({record("a")}, "memory");
  std::filesystem::remove_all(folder / ".snapcron");
  EXPECT_EQ(write({record("b")}), 1);
  EXPECT_THAT(store->take_notice(), HasSubstr("state.db was removed: it is begun anew"));
  restart();
  EXPECT_EQ(store->memory().value(), "memory");
}

TEST_F(TheStateStore, KeepsThreeDamagedFilesAtMost) {
  write({record("a")});
  for (auto const* name : {"1", "2", "3", "4"}) {
    std::ofstream{file().string() + ".broken-2026010" + name + "-000000"} << "old";
    std::ofstream{file().string() + ".broken-2026010" + name + "-000000-wal"} << "old";
  }
  store.reset();
  overwrite(0, std::string(200, 'x'));
  restart();
  ASSERT_TRUE(store->memory());
  auto const names = files();
  EXPECT_EQ(std::ranges::count_if(names,
                                  [](auto const& name) {
                                    return name.find("broken") != std::string::npos &&
                                           !name.ends_with("-wal");
                                  }),
            3);
  EXPECT_THAT(names, testing::Not(testing::Contains("state.db.broken-20260101-000000-wal")));
}

TEST_F(TheStateStore, HasOneOwner) {
  write({record("a")});
  StateStore second{folder.path()};
  auto const memory = second.memory();
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().fault, Fault::busy);
  EXPECT_THAT(memory.error().text, HasSubstr("a second snapcron with the same storage folder?"));
  store.reset();
  EXPECT_TRUE(second.memory());
}

TEST_F(TheStateStore, DoesNotFollowALink) {
  std::filesystem::create_directory(folder / "elsewhere");
  std::filesystem::create_directory_symlink(folder / "elsewhere", folder / ".snapcron");
  auto const written = store->write({}, "memory");
  ASSERT_FALSE(written);
  EXPECT_THAT(contents(folder / "elsewhere" / "state.db"), IsEmpty());
}

TEST_F(TheStateStore, SaysWhatIsWrongWithTheFolder) {
  StateStore nowhere{"/mnt/no/such"};
  auto const written = nowhere.write({}, "memory");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().text, HasSubstr("does not exist"));
}

TEST_F(TheStateStore, RefusesTheFileOfANewerVersionAndLeavesIt) {
  write({}, "memory");
  store.reset();
  {
    Database newer{file()};
    ASSERT_TRUE(newer.open());
    ASSERT_TRUE(newer.run("PRAGMA user_version = 2"));
  }
  restart();
  auto const memory = store->memory();
  ASSERT_FALSE(memory);
  EXPECT_THAT(memory.error().text, HasSubstr("was written by a newer snapcron"));
  EXPECT_THAT(files(), ElementsAre("state.db"));
}

TEST_F(TheStateStore, WorksAgainWhenTheDiskHasSpaceAgain) {
  std::filesystem::create_directory(folder / "disk");
  MountedTmpfs const disk{folder / "disk", "size=256k"};
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  StateStore small{folder / "disk"};
  ASSERT_TRUE(small.write(std::vector{record("a")}, "first"));
  std::ofstream{folder / "disk" / "filler"} << std::string(1'000'000, 'x');
  std::vector<Record> const many(500, record("a", std::string(300, 'y')));
  auto const full = small.write(many, "second");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().fault, Fault::no_space);
  std::filesystem::remove(folder / "disk" / "filler");
  EXPECT_EQ(small.memory().value(), "first");
  ASSERT_TRUE(small.write(std::vector{record("b")}, "third"));
  EXPECT_THAT(ids(small.read({})), ElementsAre(1, 2));
}

/// Writes records in pairs with their number as memory, until it is killed.
[[noreturn]] void write_until_killed(std::filesystem::path const& folder) {
  StateStore store{folder};
  auto const memory = store.memory();
  auto n = memory && *memory ? std::stoll(**memory) : 0;
  for (;;) {
    std::vector<Record> const pair(
        2, record("a", std::string(static_cast<std::size_t>(n % 3000), 'z')));
    if (!store.write(pair, std::to_string(++n))) ::_exit(1);
  }
}

TEST_F(TheStateStore, IsWholeWheneverItsWriterIsKilled) {
  std::int64_t last = 0;
  for (int round = 0; round < 60; ++round) {
    store.reset();
    pid_t const writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) write_until_killed(folder.path());
    // Another moment each time, from before the file is open to many transactions later.
    ::usleep(static_cast<useconds_t>(round * round * 40));
    ::kill(writer, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status))
        << "the writer found something wrong, exit code " << WEXITSTATUS(status);
    restart();
    auto const memory = store->memory();
    ASSERT_TRUE(memory) << memory.error().text;
    EXPECT_EQ(store->take_notice(), "");
    auto const newest = store->read({.limit = 1}).value();
    auto const count = *memory ? std::stoll(**memory) : 0;
    EXPECT_EQ(newest.empty() ? 0 : newest.front().id, 2 * count)
        << "records and memory go together";
    EXPECT_GE(count, last) << "nothing that was written is lost";
    last = count;
  }
  EXPECT_GT(last, 10);
}

}  // namespace
}  // namespace snapcron
