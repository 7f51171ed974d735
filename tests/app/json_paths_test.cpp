#include "app/json_paths.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ValuesByPath, AreScalarsUnderDottedPaths) {
  EXPECT_THAT(
      values_by_path(
          R"({"content_uri": "mxc://example.org/abc", "size": 7, "ok": true, "none": null})"),
      UnorderedElementsAre(Pair("content_uri", "mxc://example.org/abc"), Pair("size", "7"),
                           Pair("ok", "true")));
  EXPECT_THAT(
      values_by_path(R"({"result": {"photo": [{"id": -1}, {"id": "b"}]}})"),
      UnorderedElementsAre(Pair("result.photo.0.id", "-1"), Pair("result.photo.1.id", "b")));
  EXPECT_THAT(values_by_path(R"(["a", [false]])"),
              UnorderedElementsAre(Pair("0", "a"), Pair("1.0", "false")));
  EXPECT_THAT(values_by_path(R"({"e": {}, "a": []})"), IsEmpty());
}

TEST(ValuesByPath, HasNothingOfWhatIsNoJson) {
  for (auto const* text : {"", "ok", "<html>", "{\"a\": 1", "{\"a\": 1} x", "{'a': 1}"})
    EXPECT_THAT(values_by_path(text), IsEmpty()) << text;
}

TEST(ValuesByPath, IsBoundedInNumberSizeAndDepth) {
  std::string many = "[0", large = "[\"x\"", deep(40, '[');
  for (int i = 0; i < 1000; ++i) many += ",1";
  for (int i = 0; i < 100; ++i) large += ",\"" + std::string(2000, 'x') + "\"";
  EXPECT_EQ(values_by_path(many + "]").size(), 200u);
  std::size_t bytes = 0;
  for (auto const& [path, value] : values_by_path(large + "]")) bytes += path.size() + value.size();
  EXPECT_GT(bytes, 60'000u);
  EXPECT_LE(bytes, 65'536u);
  EXPECT_THAT(values_by_path(deep + std::string(40, ']')), IsEmpty());
}

}  // namespace
}  // namespace snapcron
