#include "upload/address.hpp"

#include <gtest/gtest.h>

namespace snapcron::upload {
namespace {

TEST(Address, ANameIsEncodedSegmentBySegment) {
  EXPECT_EQ(below("ftp://nas/in/", "2026/caf\xc3\xa9 #1?.jpg"),
            "ftp://nas/in/2026/caf%C3%A9%20%231%3F.jpg");
  EXPECT_EQ(below("ftp://nas", "a;type=i.jpg"), "ftp://nas/a%3Btype%3Di.jpg");
  EXPECT_EQ(below("ftp://nas/in", ""), "ftp://nas/in/");
}

TEST(Address, AQueryStaysAtTheEnd) {
  EXPECT_EQ(below("https://h/up?token=a/b", "p.jpg"), "https://h/up/p.jpg?token=a/b");
}

TEST(Address, ThePathOfAnAddressIsDecoded) {
  EXPECT_EQ(path_of("sftp://nas:22/~/my%20pictures/"), "/~/my pictures");
  EXPECT_EQ(path_of("sftp://nas"), "");
  EXPECT_EQ(path_of("no address"), "");
}

TEST(Address, FolderAndLeaf) {
  EXPECT_EQ(folder_of("a/b/c.jpg"), "a/b");
  EXPECT_EQ(leaf_of("a/b/c.jpg"), "c.jpg");
  EXPECT_EQ(folder_of("c.jpg"), "");
  EXPECT_EQ(leaf_of("c.jpg"), "c.jpg");
  EXPECT_EQ(beside("a/b/c.jpg", ".part"), "a/b/.part");
  EXPECT_EQ(beside("c.jpg", ".part"), ".part");
}

}  // namespace
}  // namespace snapcron::upload
