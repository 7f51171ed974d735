// Pictures that are kept no longer.

#include "store/remove_picture.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace snapcron {
namespace {

namespace fs = std::filesystem;
class RemovingAPicture : public testing::Test {
 protected:
  void write(fs::path const& path) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream{folder / path} << "picture";
  }
  TemporaryFolder folder;
  fs::path const storage = folder / "";
};

TEST_F(RemovingAPicture, TakesItsEmptyFoldersWithIt) {
  write("door/2026/1.jpg");
  write("door/lastshot.jpg");

  ASSERT_TRUE(remove_picture(storage, "door/2026/1.jpg"));

  EXPECT_FALSE(fs::exists(folder / "door/2026"));
  EXPECT_TRUE(fs::exists(folder / "door/lastshot.jpg"));
}

TEST_F(RemovingAPicture, LeavesAFolderWithAnotherOne) {
  write("door/1.jpg");
  write("door/2.jpg");

  ASSERT_TRUE(remove_picture(storage, "door/1.jpg"));

  EXPECT_TRUE(fs::exists(folder / "door/2.jpg"));
}

TEST_F(RemovingAPicture, IsDoneWhenItIsGoneAlready) {
  EXPECT_TRUE(remove_picture(storage, "1.jpg"));
  EXPECT_TRUE(remove_picture(storage, "door/2026/1.jpg"));
}

TEST_F(RemovingAPicture, NeverLeavesTheStorage) {
  write("secret/1.jpg");
  fs::create_directories(folder / "pictures");
  fs::create_directory_symlink(folder / "secret", folder / "pictures/door");

  for (auto const* path : {"../secret/1.jpg", "/etc/passwd", "door/1.jpg", "a//b.jpg", ""})
    EXPECT_FALSE(remove_picture(folder / "pictures", path)) << path;

  EXPECT_TRUE(fs::exists(folder / "secret/1.jpg"));
}

TEST_F(RemovingAPicture, LeavesOurOwnFilesAlone) {
  write(".snapcron/pictures.db");

  EXPECT_FALSE(remove_picture(storage, ".snapcron/pictures.db"));

  EXPECT_TRUE(fs::exists(folder / ".snapcron/pictures.db"));
}

}  // namespace
}  // namespace snapcron
