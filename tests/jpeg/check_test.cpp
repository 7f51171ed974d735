#include "jpeg/check.hpp"

#include "jpeg/test_pattern.hpp"
#include "support/photo.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <functional>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string const end_marker = "\xff\xd9";

std::string refusal(std::string_view bytes) {
  auto const size = check_jpeg(bytes);
  if (size) return "accepted";
  EXPECT_EQ(size.error().fault, Fault::bad_picture);
  return size.error().text;
}

TEST(JpegCheck, AcceptsAWholePictureAndTellsItsSize) {
  EXPECT_EQ(check_jpeg(photo({})).value(), (PictureSize{640, 480}));
  EXPECT_EQ(check_jpeg(photo({.width = 17, .height = 9, .restarts = 1})).value(),
            (PictureSize{17, 9}));
  EXPECT_EQ(check_jpeg(photo({.progressive = true})).value(), (PictureSize{640, 480}));
  EXPECT_TRUE(check_jpeg(test_pattern(320, 240, "bench", "12:00:00", 1)));
}

TEST(JpegCheck, RefusesNoGoodPictureOfMany) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    Photo const p{.width = 64 + seed % 97,
                  .height = 48 + seed % 61,
                  .seed = seed,
                  .quality = 20 + static_cast<int>(seed % 80),
                  .noise = static_cast<int>(seed % 200),
                  .restarts = seed % 3,
                  .progressive = seed % 7 == 0};
    ASSERT_TRUE(check_jpeg(photo(p))) << "seed " << seed << ": " << refusal(photo(p));
  }
}

TEST(JpegCheck, SaysWhatABodyIsThatIsNoPicture) {
  EXPECT_EQ(refusal(""), "the body is empty");
  EXPECT_EQ(
      refusal("<html><head><title>503 Service\n  Temporarily Unavailable</title></head></html>"),
      "the body is HTML, not a JPEG: 503 Service Temporarily Unavailable");
  EXPECT_EQ(refusal("\n<!DOCTYPE HTML><body><h1>Busy</h1><p>Try later</p></body>"),
            "the body is HTML, not a JPEG: Busy Try later");
  EXPECT_EQ(refusal("<?xml version=\"1.0\"?><error>busy</error>"),
            "the body is XML, not a JPEG: busy");
  EXPECT_EQ(refusal("{\"error\": 5}"), "the body is JSON, not a JPEG: {\"error\": 5}");
  EXPECT_EQ(refusal("camera \033[31mis busy"),
            "the body is not a JPEG (19 bytes that begin with 63 61 6d 65 72 61 20 1b)");
  EXPECT_EQ(refusal("camera is busy\r\n"), "the body is text, not a JPEG: camera is busy");
  EXPECT_EQ(refusal("\x89PNG\r\n\x1a\n...."), "the body is a PNG, not a JPEG");
  EXPECT_EQ(refusal(std::string("\0\1\2", 3)),
            "the body is not a JPEG (3 bytes that begin with 00 01 02)");
  EXPECT_THAT(refusal("--myboundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8"),
              StartsWith("the body is a stream of many pictures (multipart), not one JPEG"));
  EXPECT_LT(refusal("<html>" + std::string(100'000, 'x')).size(), 200u);
}

TEST(JpegCheck, SaysThatAPictureIsCutOff) {
  auto const whole = photo({});

  EXPECT_EQ(refusal(whole.substr(0, whole.size() / 2)), "the picture is cut off");
  EXPECT_EQ(refusal(whole.substr(0, whole.size() / 2) + end_marker),
            "the picture is cut off, or a part of it is missing");
  EXPECT_EQ(refusal("\xff\xd8"), "the picture is cut off");
}

TEST(JpegCheck, ToleratesPaddingAfterTheEndButNothingElse) {
  auto const whole = photo({});

  EXPECT_TRUE(check_jpeg(whole + std::string(64 * 1024, '\0')));
  EXPECT_TRUE(check_jpeg(whole + "\r\n \t"));
  EXPECT_EQ(refusal(whole + std::string(64 * 1024 + 1, '\0')),
            "the picture is damaged: 65537 more bytes follow its end");
  EXPECT_EQ(refusal(whole + whole), "the picture is damaged: " + std::to_string(whole.size()) +
                                        " more bytes follow its end");
  EXPECT_EQ(refusal(whole + "--boundary"), "the picture is damaged: 10 more bytes follow its end");
}

TEST(JpegCheck, RefusesAPictureThatWouldFillTheMemory) {
  auto huge = photo({.width = 16, .height = 16});
  auto const header = huge.find("\xff\xc0");
  ASSERT_NE(header, std::string::npos);
  huge.replace(header + 5, 4, "\xff\xdc\xff\xdc");  // 65500 x 65500

  EXPECT_EQ(refusal(huge), "the picture is too big: 65500x65500 is more than 100 megapixels");
}

TEST(JpegCheck, RefusesAProgressivePictureThatNeedsTooMuchMemory) {
  auto huge = photo({.width = 16, .height = 16, .progressive = true});
  auto const header = huge.find("\xff\xc2");
  ASSERT_NE(header, std::string::npos);
  huge.replace(header + 5, 4, "\x26\xac\x26\xac");  // 9900 x 9900

  EXPECT_EQ(refusal(huge),
            "the picture needs more than 64 MiB of memory to be checked (9900x9900, progressive)");
}

TEST(JpegCheck, RefusesAPictureOfAThousandScans) {
  auto const small = photo({.width = 64, .height = 64, .separate_scans = true});
  ASSERT_TRUE(check_jpeg(small));
  // The last scan over and over: little to send, and each time a whole picture's work.
  auto const scan = small.rfind("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  auto const last = small.substr(scan, small.size() - 2 - scan);
  auto bomb = small.substr(0, small.size() - 2);
  for (int i = 0; i < 1000; ++i) bomb += last;
  bomb += end_marker;

  EXPECT_EQ(refusal(bomb), "the picture has more than 64 scans, which no camera makes");
}

/// What cameras and networks do to pictures, and how much of it an honest check must find.
struct Damage {
  char const* name;
  std::function<std::string(std::string const&, std::string const& other, std::mt19937&)> apply;
};

std::size_t somewhere(std::string const& bytes, std::mt19937& random) {
  std::size_t const header = 700;
  return header + random() % (bytes.size() - header - 2000);
}

Damage const damages[] = {
    {"truncated", [](auto const& p, auto const&, auto& r) { return p.substr(0, somewhere(p, r)); }},
    {"truncated, with an end marker",
     [](auto const& p, auto const&, auto& r) { return p.substr(0, somewhere(p, r)) + end_marker; }},
    {"a segment missing",
     [](auto p, auto const&, auto& r) { return p.erase(somewhere(p, r), 1460); }},
    {"a segment zeroed",
     [](auto p, auto const&, auto& r) { return p.replace(somewhere(p, r), 1460, 1460, '\0'); }},
    {"two frames spliced",
     [](auto const& p, auto const& other, auto& r) {
       auto const at = std::min(somewhere(p, r), other.size() - 2000);
       return p.substr(0, at) + other.substr(at + r() % 1000);
     }},
};

class DamagedPictures : public testing::TestWithParam<unsigned> {};

TEST_P(DamagedPictures, AreFoundNearlyAlways) {
  Photo p{.quality = 75, .noise = 40, .restarts = GetParam()};
  auto const one = photo(p);
  p.seed = 2;
  auto const other = photo(p);
  for (auto const& damage : damages) {
    std::mt19937 random{42};
    int found = 0;
    int const tries = 300;
    for (int i = 0; i < tries; ++i) {
      if (!check_jpeg(damage.apply(one, other, random))) ++found;
    }
    EXPECT_GE(found, tries * 99 / 100) << damage.name;
    std::printf("%s, restart markers %s: %d of %d found\n", damage.name,
                GetParam() == 0 ? "no" : "yes", found, tries);
  }
}

INSTANTIATE_TEST_SUITE_P(RestartMarkers, DamagedPictures, testing::Values(0u, 1u));

}  // namespace
}  // namespace snapcron
