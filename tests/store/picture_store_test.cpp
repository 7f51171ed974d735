#include "store/picture_store.hpp"

#include "support/mounted_tmpfs.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;
using Unfinished = PictureStore::Unfinished;

std::set<std::string> files_below(fs::path const& folder) {
  std::set<std::string> result;
  for (auto const& entry : fs::recursive_directory_iterator{folder}) {
    if (entry.is_regular_file() && !entry.is_symlink())
      result.insert(entry.path().lexically_relative(folder).string());
  }
  return result;
}

class APictureStore : public testing::TestWithParam<Unfinished> {
 protected:
  TemporaryFolder folder;
  fs::path const directory = folder / "pictures";
  PictureStore store{directory, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(WithFiles, APictureStore,
                         testing::Values(Unfinished::unnamed, Unfinished::hidden),
                         [](auto const& tested) {
                           return tested.param == Unfinished::unnamed ? "Unnamed" : "Hidden";
                         });

TEST_P(APictureStore, SavesBelowItsDirectoryAndMakesTheFolders) {
  auto const path = store.save("door/2026-03-01/220000.jpg", "door", "picture");

  ASSERT_TRUE(path) << path.error().text;
  EXPECT_EQ(*path, directory / "door/2026-03-01/220000.jpg");
  EXPECT_EQ(contents(*path), "picture");
  EXPECT_EQ(files_below(directory), (std::set<std::string>{"door/2026-03-01/220000.jpg"}));
  EXPECT_EQ(fs::status(*path).permissions() & fs::perms{0600}, fs::perms{0600});
}

TEST_P(APictureStore, GivesANumberToANameThatIsTaken) {
  EXPECT_EQ(store.save("a.b.jpg", "door", "1").value(), directory / "a.b.jpg");
  EXPECT_EQ(store.save("a.b.jpg", "door", "2").value(), directory / "a.b-2.jpg");
  EXPECT_EQ(store.save("a.b.jpg", "door", "3").value(), directory / "a.b-3.jpg");

  fs::remove(directory / "a.b.jpg");

  EXPECT_EQ(store.save("a.b.jpg", "door", "4").value(), directory / "a.b.jpg");
  EXPECT_EQ(contents(directory / "a.b-2.jpg"), "2");
}

TEST_P(APictureStore, NeverReplacesAPictureOfAnotherProcess) {
  constexpr int processes = 3, pictures = 60;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    pid_t const child = ::fork();
    if (child == 0) {
      PictureStore own{directory, GetParam()};
      bool good = true;
      for (int i = 0; i < pictures; ++i) {
        auto const path =
            own.save("door/x.jpg", "door", std::to_string(process) + "/" + std::to_string(i));
        good = good && path && own.lastshot_error().empty();
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (pid_t const child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }

  std::set<std::string> pictures_seen;
  for (auto const& name : files_below(directory)) pictures_seen.insert(contents(directory / name));
  EXPECT_EQ(pictures_seen.size(), std::size_t{processes * pictures});
  EXPECT_EQ(files_below(directory).size(), std::size_t{processes * pictures});
  EXPECT_TRUE(fs::exists(directory / "door/lastshot.jpg"));
}

TEST_P(APictureStore, KeepsLastshotPointingToTheNewestPicture) {
  auto const link = directory / "door/lastshot.jpg";

  ASSERT_TRUE(store.save("door/2026/1.jpg", "door", "1"));
  EXPECT_EQ(fs::read_symlink(link), "2026/1.jpg");
  ASSERT_TRUE(store.save("elsewhere/2.jpg", "door", "2"));
  EXPECT_EQ(fs::read_symlink(link), "../elsewhere/2.jpg");
  EXPECT_EQ(contents(link), "2");
  ASSERT_TRUE(store.save("3.jpg", "door", "3"));
  EXPECT_EQ(fs::read_symlink(link), "../3.jpg");
  EXPECT_EQ(contents(link), "3");
  EXPECT_EQ(store.lastshot_error(), "");
}

TEST_P(APictureStore, GivesTheNewestPictureAndNothingFromElsewhere) {
  EXPECT_EQ(store.lastshot("door", 100).error().fault, Fault::not_found);
  ASSERT_TRUE(store.save("elsewhere/1.jpg", "door", "picture"));
  EXPECT_EQ(store.lastshot("door", 7).value(), "picture");
  EXPECT_EQ(store.lastshot("door", 6).error().fault, Fault::failed) << "larger than it may be";

  auto const outside = folder.write("secret", "secret");
  fs::remove(directory / "door/lastshot.jpg");
  fs::create_symlink(outside, directory / "door/lastshot.jpg");
  EXPECT_EQ(store.lastshot("door", 100).error().fault, Fault::not_found);
}

TEST_P(APictureStore, DoesNotTurnLastshotBack) {
  ASSERT_TRUE(store.save("newer.jpg", "door", "newer", Steady{10s}));
  ASSERT_TRUE(store.save("older.jpg", "door", "older", Steady{9s}));
  EXPECT_EQ(contents(directory / "door/lastshot.jpg"), "newer");

  ASSERT_TRUE(store.save("window.jpg", "window", "window", Steady{5s}));
  EXPECT_EQ(contents(directory / "window/lastshot.jpg"), "window");
}

TEST_P(APictureStore, LeavesALastshotThatIsNotALinkAlone) {
  fs::create_directories(directory / "door");
  std::ofstream{directory / "door/lastshot.jpg"} << "somebody's";

  auto const path = store.save("door/1.jpg", "door", "1");

  EXPECT_TRUE(path);
  EXPECT_EQ(contents(directory / "door/lastshot.jpg"), "somebody's");
  EXPECT_THAT(store.lastshot_error(), EndsWith("it is not a symbolic link; move it away"));
}

TEST_P(APictureStore, NeverNamesAPictureLikeTheLink) {
  auto const path = store.save("door/lastshot.jpg", "door", "1");

  EXPECT_EQ(path.value(), directory / "door/lastshot-2.jpg");
  EXPECT_EQ(contents(directory / "door/lastshot.jpg"), "1");
}

TEST_P(APictureStore, RefusesNamesThatLeaveTheDirectory) {
  for (auto const* const name :
       {"../x.jpg", "/etc/x.jpg", "a/../../x.jpg", "a//x.jpg", "", "./x.jpg", "a/"}) {
    auto const path = store.save(name, "door", "picture");
    ASSERT_FALSE(path) << name;
    EXPECT_EQ(path.error().fault, Fault::invalid);
    EXPECT_THAT(path.error().text, HasSubstr("the name must stay below"));
  }
  EXPECT_FALSE(fs::exists(folder / "x.jpg"));
}

TEST_P(APictureStore, FollowsNoSymbolicLink) {
  fs::create_directories(directory);
  fs::create_directories(folder / "outside");
  fs::create_directory_symlink(folder / "outside", directory / "door");

  auto const path = store.save("door/1.jpg", "window", "1");

  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().text, HasSubstr("pictures/door: a folder is needed where something else "
                                           "(or a symbolic link) is"));
  EXPECT_TRUE(fs::is_empty(folder / "outside"));

  EXPECT_TRUE(store.save("1.jpg", "door", "1")) << "the picture itself is elsewhere";
  EXPECT_NE(store.lastshot_error(), "");
  EXPECT_TRUE(fs::is_empty(folder / "outside"));
}

TEST_P(APictureStore, DoesNotWriteThroughALinkInAPicturesPlace) {
  fs::create_directories(directory);
  fs::create_symlink(folder / "victim", directory / "1.jpg");

  EXPECT_EQ(store.save("1.jpg", "door", "1").value(), directory / "1-2.jpg");
  EXPECT_FALSE(fs::exists(folder / "victim"));
}

TEST_P(APictureStore, SavesNothingThatIsNotApproved) {
  auto const refuse = [&]() -> Result<void> {
    EXPECT_EQ(files_below(directory).count("1.jpg"), 0u) << "it has its name already";
    return Error{Fault::bad_picture, "broken"};
  };

  auto const path = store.save("1.jpg", "door", "1", Steady::max(), refuse);

  ASSERT_FALSE(path);
  EXPECT_EQ(path.error(), (Error{Fault::bad_picture, "broken"}));
  EXPECT_TRUE(files_below(directory).empty());
  EXPECT_FALSE(fs::exists(directory / "door"));
}

TEST_P(APictureStore, MakesARemovedDirectoryAgain) {
  ASSERT_TRUE(store.save("door/1.jpg", "door", "1"));
  fs::remove_all(directory);

  ASSERT_TRUE(store.save("door/2.jpg", "door", "2"));

  EXPECT_EQ(contents(directory / "door/lastshot.jpg"), "2");
}

TEST_P(APictureStore, SurvivesThatAFolderIsRemovedUnderIt) {
  auto const remove = [&]() -> Result<void> {
    fs::remove(directory / "door/2026");
    return {};
  };

  auto const path = store.save("door/2026/1.jpg", "door", "1", Steady::max(), remove);

  ASSERT_TRUE(path) << path.error().text;
  EXPECT_EQ(contents(*path), "1");
}

TEST_P(APictureStore, MakesItsDirectoryAndThoseAboveIt) {
  PictureStore deep{folder / "of/the/gate/", GetParam()};

  ASSERT_TRUE(deep.save("1.jpg", "door", "1"));

  EXPECT_TRUE(fs::exists(folder / "of/the/gate/1.jpg"));
}

TEST_P(APictureStore, DoesNotInventADiskThatIsNotMounted) {
  PictureStore lost{"/mnt/not-mounted/pictures", GetParam()};

  auto const path = lost.save("1.jpg", "door", "1");

  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().fault, Fault::not_found);
  EXPECT_THAT(path.error().text,
              EndsWith("not-mounted does not exist; make it, or mount what belongs there"));
}

TEST_P(APictureStore, SaysWhoMayNotWrite) {
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms{0500});
  bool const root = ::geteuid() == 0;
  ASSERT_EQ(root ? ::seteuid(65534) : 0, 0);  // root may write everywhere

  auto const path = store.save("1.jpg", "door", "1");

  ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().fault, Fault::denied);
  EXPECT_THAT(path.error().text, HasSubstr("permission denied for user"));
}

TEST_P(APictureStore, SaysThatTheDiskIsFullAndRecovers) {
  fs::create_directories(directory);
  MountedTmpfs const disk{directory, "size=1m"};
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  std::string const picture(300'000, 'x');
  for (auto const* const name : {"1.jpg", "2.jpg", "3.jpg"})
    ASSERT_TRUE(store.save(name, "door", picture));

  auto const path = store.save("4.jpg", "door", picture);

  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().fault, Fault::no_space);
  EXPECT_THAT(path.error().text,
              StartsWith("cannot save " + (directory / "4.jpg").string() + ": no space left ("));
  EXPECT_THAT(path.error().text, EndsWith(" of 1.0 MB free); delete pictures or use another disk"));
  EXPECT_EQ(files_below(directory), (std::set<std::string>{"1.jpg", "2.jpg", "3.jpg"}));

  fs::remove(directory / "1.jpg");
  EXPECT_TRUE(store.save("4.jpg", "door", picture));
  EXPECT_EQ(contents(directory / "door/lastshot.jpg"), picture);
}

TEST_P(APictureStore, SaysThatThereAreNoInodesLeft) {
  fs::create_directories(directory);
  MountedTmpfs const disk{directory, "size=1m,nr_inodes=6"};
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();

  Result<fs::path> path = fs::path{};
  for (int i = 0; i < 10 && path; ++i) path = store.save(std::to_string(i) + ".jpg", "door", "x");

  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().fault, Fault::no_space);
  EXPECT_THAT(path.error().text, HasSubstr("no space left"));
}

TEST_P(APictureStore, SaysThatTheDiskIsReadOnly) {
  fs::create_directories(directory);
  MountedTmpfs const disk{directory, "size=1m"};
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  ASSERT_TRUE(disk.make_read_only());

  auto const path = store.save("1.jpg", "door", "1");

  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().fault, Fault::no_space);
  EXPECT_THAT(path.error().text, HasSubstr("the disk is read-only"));
}

TEST_P(APictureStore, RemovesWhatACrashLeftButNothingElse) {
  fs::create_directories(directory / "door");
  auto const make = [&](std::string const& name) { std::ofstream{directory / name} << "x"; };
  make(".snapcron-4711-1.part");
  make(".snapcron-4711-2.part");
  make("mine.part");
  make(".snapcron-notes.txt");
  make("door/.snapcron-4711-1.part");
  fs::create_symlink("door/1.jpg", directory / ".snapcron-4711-3.link");
  int const alive = ::open((directory / ".snapcron-4711-2.part").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(alive, LOCK_EX | LOCK_NB), 0);

  store.remove_leftovers();

  EXPECT_EQ(files_below(directory),
            (std::set<std::string>{".snapcron-4711-2.part", ".snapcron-notes.txt",
                                   "door/.snapcron-4711-1.part", "mine.part"}));
  EXPECT_FALSE(fs::is_symlink(directory / ".snapcron-4711-3.link"));
  ::close(alive);
}

TEST_P(APictureStore, LeavesNothingHalfAfterAKill) {
  for (int round = 0; round < 20; ++round) {
    pid_t const child = ::fork();
    if (child == 0) {
      PictureStore own{directory, GetParam()};
      std::string const picture(200'000, 'x');
      for (;;) (void)own.save("x.jpg", "door", picture);
    }
    for (int i = 0; i < 10'000 && !fs::exists(directory); ++i) ::usleep(1'000);  // it has begun
    ::usleep(1'000 * static_cast<useconds_t>(round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    store.remove_leftovers();
    for (auto const& name : files_below(directory)) {
      ASSERT_THAT(name, EndsWith(".jpg"));
      ASSERT_EQ(fs::file_size(directory / name), 200'000u) << name;
    }
    fs::remove_all(directory);
  }
}

}  // namespace
}  // namespace snapcron
