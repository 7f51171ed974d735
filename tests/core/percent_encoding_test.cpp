#include "core/percent_encoding.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

TEST(PercentEncoding, LeavesOnlyTheUnreservedAsTheyAre) {  // RFC 3986, 2.3
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c?d=\xc3\xa9%"), "a%20b%2Fc%3Fd%3D%C3%A9%25");
  EXPECT_EQ(percent_encode(std::string_view{"\0", 1}), "%00");
}

TEST(PercentEncoding, LeavesWhatIsNamed) {
  EXPECT_EQ(percent_encode("/a b", "/"), "/a%20b");
}

}  // namespace
}  // namespace snapcron
