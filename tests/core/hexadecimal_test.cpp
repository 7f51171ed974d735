#include "core/hexadecimal.hpp"

#include <gtest/gtest.h>

#include <array>

namespace snapcron {
namespace {

using Bytes = std::array<unsigned char, 3>;

TEST(Hexadecimal, ComesBackAsItWas) {
  Bytes const bytes{0x00, 0xa5, 0xff};
  EXPECT_EQ(hexadecimal(bytes), "00a5ff");
  Bytes back{};
  EXPECT_TRUE(from_hexadecimal("00a5ff", back));
  EXPECT_EQ(back, bytes);
  EXPECT_TRUE(from_hexadecimal("00A5fF", back));
  EXPECT_EQ(back, bytes);
}

TEST(Hexadecimal, WhatIsNoneOrOfAnotherLengthIsRefused) {
  Bytes bytes{};
  for (auto const* text : {"", "00a5f", "00a5ff0", "00a5fg", "+0a5ff", " 0a5ff", "0x00a5"})
    EXPECT_FALSE(from_hexadecimal(text, bytes)) << text;
}

}  // namespace
}  // namespace snapcron
