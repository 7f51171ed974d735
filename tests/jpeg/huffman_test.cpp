#include "jpeg/huffman.hpp"

#include "jpeg/check.hpp"
#include "support/photo.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace snapcron {
namespace {

std::string const with_tables = photo({.width = 64, .height = 48});

std::size_t segment_length(std::string_view jpeg, std::size_t at) {
  return std::size_t{2} + static_cast<unsigned char>(jpeg[at + 2]) * 256U +
         static_cast<unsigned char>(jpeg[at + 3]);
}

/// What a camera sends that leaves them out.
std::string without_tables(std::string jpeg) {
  std::size_t at = 2;
  while (jpeg[at + 1] != '\xda') {
    auto const length = segment_length(jpeg, at);
    if (jpeg[at + 1] == '\xc4')
      jpeg.erase(at, length);
    else
      at += length;
  }
  return jpeg;
}

/// By class and number.
std::map<char, std::string> tables_of(std::string_view jpeg) {
  std::map<char, std::string> tables;
  for (std::size_t at = 2; jpeg[at + 1] != '\xda'; at += segment_length(jpeg, at)) {
    if (jpeg[at + 1] != '\xc4') continue;
    auto segment = jpeg.substr(at + 4, segment_length(jpeg, at) - 4);
    while (!segment.empty()) {
      std::size_t size = 17;
      for (std::size_t i = 1; i <= 16; ++i) size += static_cast<unsigned char>(segment[i]);
      tables[segment[0]] = segment.substr(0, size);
      segment.remove_prefix(size);
    }
  }
  return tables;
}

TEST(MissingHuffmanTables, AreTheStandards) {
  auto const completed = with_huffman_tables(without_tables(with_tables));
  EXPECT_EQ(tables_of(completed).size(), 4U);
  EXPECT_EQ(tables_of(completed), tables_of(with_tables));  // libjpeg writes the standard's
  EXPECT_EQ(without_tables(completed), without_tables(with_tables));
  EXPECT_EQ(check_jpeg(completed).value(), (PictureSize{64, 48}));
}

TEST(MissingHuffmanTables, StandInFrontOfTheScanAlsoBehindPadding) {
  auto padded = without_tables(with_tables);
  auto const scan = padded.find("\xff\xda");
  padded.insert(scan, "\xff\xff");
  auto const completed = with_huffman_tables(padded);
  EXPECT_EQ(completed.size(), padded.size() + 420);
  EXPECT_EQ(completed.substr(scan + 2, 2), "\xff\xc4");
}

TEST(APictureWithHuffmanTables, StaysAsItIs) {
  EXPECT_EQ(with_huffman_tables(with_tables), with_tables);
  auto const progressive = photo({.width = 64, .height = 48, .progressive = true});
  EXPECT_EQ(with_huffman_tables(progressive), progressive);
}

TEST(APictureThatCannotBeRead, StaysAsItIs) {
  auto const bare = without_tables(with_tables);
  for (auto const size : {0U, 1U, 2U, 3U, 5U, 21U, 100U})
    EXPECT_EQ(with_huffman_tables(bare.substr(0, size)), bare.substr(0, size)) << size;
  for (std::string const text : {"<html>", "\xff\xd8 no marker", "\xff\xd8\xff\xe0\x00\x01"})
    EXPECT_EQ(with_huffman_tables(text), text);
}

}  // namespace
}  // namespace snapcron
