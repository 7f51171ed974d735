#include "curl/multipart.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <ostream>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// As far as the parser looks: something between a JPEG's two ends.
std::string small_jpeg(std::string const& inside) {
  return "\xff\xd8" + inside + "\xff\xd9";
}
std::string const one = small_jpeg("one"), two = small_jpeg("two, with\r\n--x-ray\n in it");

struct Dialect {
  char const* name;
  std::string stream;
  std::vector<std::string> pictures;
  std::string boundary = "frame";
};

void PrintTo(Dialect const& dialect, std::ostream* out) {
  *out << dialect.name;
}

std::string with_length(std::string const& jpeg, std::size_t length) {
  return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
         jpeg;
}
std::string with_length(std::string const& jpeg) {
  return with_length(jpeg, jpeg.size());
}

std::vector<Dialect> dialects() {
  std::string const begin = "--frame\r\n", next = "\r\n--frame\r\n", last = "\r\n--frame--\r\n";
  std::string const head = "Content-Type: image/jpeg\r\n\r\n";
  return {
      {"AsTheStandardHasIt", begin + with_length(one) + next + with_length(two) + last, {one, two}},
      {"WithoutLengths", begin + head + one + next + head + two + last, {one, two}},
      {"WithLengthsThatAreTooShort",
       begin + with_length(one, 3) + next + with_length(two, 5) + last,
       {one, two}},
      {"WithLengthsThatAreTooLong",
       begin + with_length(one, 500) + next + with_length(two, 9'000) + last,
       {one, two}},
      {"WithLengthsThatAreNone",
       begin + "content-length: many\r\n\r\n" + one + next + "Content-Length: -1\r\n\r\n" + two +
           last,
       {one, two}},
      {"WithoutAFinalBoundary", begin + head + one + next + head + two, {one, two}},
      {"ThatBreaksOffWithinAPicture", begin + head + one + next + head + two.substr(0, 6), {one}},
      {"WithoutPartHeaders", begin + "\r\n" + one + next + "\r\n" + two + last, {one, two}},
      {"WithoutABlankLine", begin + one + next + two + last, {one, two}},
      {"WithLineFeedsOnly",
       "--frame\nContent-Type: image/jpeg\n\n" + one + "\n--frame\n\n" + two + "\n--frame--\n",
       {one, two}},
      {"WithoutALineEndInFrontOfTheBoundary", begin + head + one + begin + head + two, {one, two}},
      {"WithDashesInTheBoundary",
       "----frame\r\n" + head + one + "\r\n----frame\r\n" + head + two,
       {one, two}},
      {"WithGarbageBetweenTheParts",
       "hello\r\n" + begin + with_length(one) + "garbage\r\n\r\nmore" + next + with_length(two) +
           last,
       {one, two}},
      {"ThatStartsInTheMiddleOfAPart", two.substr(8) + next + head + one + next, {one}},
      {"WithPartsThatAreNoPictures",
       begin + "Content-Type: text/plain\r\n\r\nwait" + next + head + one + next + head + next +
           head + two + last,
       {one, two}},
      {"WithATooLargePart",
       begin + head + small_jpeg(std::string(3000, 'x')) + next + with_length(one) + next +
           with_length(small_jpeg(std::string(3000, 'x'))) + next + head + two + last,
       {one, two}},
      {"WithSpacesBehindTheBoundary", "--frame  \r\n" + head + one + next, {one}},
      {"WhoseBoundaryBeginsAsAnother",
       begin + head + one + "\r\n--framed\r\n" + next,
       {one + "\r\n--framed\r\n"}},
      {"WithoutAnything", "", {}},
  };
}

class AMultipartStream : public testing::TestWithParam<Dialect> {};

TEST_P(AMultipartStream, GivesItsPicturesHoweverItIsCut) {
  auto const& dialect = GetParam();
  for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100'000}}) {
    std::vector<std::string> seen;
    Multipart parts{dialect.boundary, 1000, [&](Multipart::Part part) {
                      seen.push_back(*part.bytes);
                      return true;
                    }};
    for (std::size_t at = 0; at < dialect.stream.size(); at += piece)
      ASSERT_TRUE(parts.feed(std::string_view{dialect.stream}.substr(at, piece), {}))
          << parts.error();
    parts.finish();
    EXPECT_EQ(seen, dialect.pictures) << "in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(OfADialect, AMultipartStream, testing::ValuesIn(dialects()),
                         [](auto const& test) { return std::string{test.param.name}; });

TEST(Multipart, HandsOverAPictureAsSoonAsItsTrueLengthIsThere) {
  unsigned seen = 0;
  Multipart parts{"frame", 1000, [&](Multipart::Part) { return ++seen > 0; }};
  parts.feed("--frame\r\n" + with_length(one), {});
  EXPECT_EQ(seen, 1u);
}

TEST(Multipart, SaysWhenAPicturesFirstByteWasThere) {
  Moment begun;
  Multipart parts{"frame", 1000, [&](Multipart::Part part) {
                    begun = part.begun;
                    return true;
                  }};
  auto const at = [](Duration time) { return Moment{Steady{time}, Instant{time}}; };
  parts.feed("--frame\r\nContent-Type: image/jpeg\r\n\r\n", at(1s));
  parts.feed(one.substr(0, 2), at(2s));
  parts.feed(one.substr(2) + "\r\n--frame\r\n", at(3s));
  EXPECT_EQ(begun, at(2s));
}

TEST(Multipart, GivesUpOnHeadersWithoutEnd) {
  Multipart parts{"frame", 1000, [](Multipart::Part) { return true; }};
  parts.feed("--frame\r\n", {});
  bool more = true;
  for (int i = 0; i < 10'000 && more; ++i) more = parts.feed("X-Header: more of them\r\n", {});
  EXPECT_FALSE(more);
  EXPECT_THAT(parts.error(), HasSubstr("headers without end"));
}

TEST(Multipart, EndsWhenItIsEnough) {
  unsigned seen = 0;
  Multipart parts{"frame", 1000, [&](Multipart::Part) {
                    ++seen;
                    return false;
                  }};
  EXPECT_FALSE(
      parts.feed("--frame\r\n" + with_length(one) + "\r\n--frame\r\n" + with_length(two), {}));
  EXPECT_FALSE(parts.feed("more", {}));
  EXPECT_EQ(seen, 1u);
}

TEST(Multipart, CountsWhatItPassesOver) {
  Multipart parts{"frame", 100, [](Multipart::Part) { return true; }};
  parts.feed("--frame\r\n\r\n" + small_jpeg(std::string(500, 'x')) + "\r\n--frame\r\n\r\nno" +
                 "\r\n--frame\r\n\r\n",
             {});
  EXPECT_EQ(parts.too_large(), 1u);
  EXPECT_EQ(parts.no_pictures(), 1u);
}

TEST(Boundary, IsReadFromTheContentType) {
  EXPECT_EQ(boundary_of("multipart/x-mixed-replace; boundary=frame"), "frame");
  EXPECT_EQ(boundary_of("Multipart/X-Mixed-Replace;BOUNDARY=\"two words\"; x=y"), "two words");
  EXPECT_EQ(boundary_of("multipart/x-mixed-replace; boundary=--myboundary ; x=y"), "myboundary");
  EXPECT_EQ(boundary_of("multipart/x-mixed-replace"), "");
  EXPECT_EQ(boundary_of("multipart/x-mixed-replace; boundary=---"), "");
  EXPECT_EQ(boundary_of("image/jpeg; boundary=frame"), "");
}

}  // namespace
}  // namespace snapcron
