// Every mistake that we know of, and the whole text that each gets: bad/NAME.yaml and
// bad/NAME.expected.

#include "config/load.hpp"

#include "folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

fs::path const bad_files{SOURCE_DIR "/tests/config/bad"};

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (auto const& entry : fs::directory_iterator{bad_files})
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  std::ranges::sort(found);
  return found;
}

/// What is said of a file, with files named by their base names.
std::string said_of(fs::path const& file) {
  std::string text;
  for (auto const& diagnostic : load_site(file).diagnostics) text += to_text(diagnostic);
  auto const prefix = bad_files.string() + "/";
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
    text.erase(at, prefix.size());
  return text;
}

class Mistake : public testing::TestWithParam<std::string> {};

TEST_P(Mistake, IsToldInExactlyTheseWords) {
  auto const file = bad_files / (GetParam() + ".yaml");
  auto const expected = bad_files / (GetParam() + ".expected");
  ASSERT_TRUE(fs::exists(expected)) << "write " << expected << " with:\n" << said_of(file);
  EXPECT_EQ(said_of(file), contents(expected));
}

TEST_P(Mistake, YieldsNoSiteUnlessThereAreWarningsOnly) {
  auto const loaded = load_site(bad_files / (GetParam() + ".yaml"));
  EXPECT_FALSE(loaded.diagnostics.empty());
  EXPECT_EQ(loaded.site.has_value(), !has_errors(loaded.diagnostics));
}

TEST_P(Mistake, StandsAtALineAndColumnThatExist) {
  for (auto const& d : load_site(bad_files / (GetParam() + ".yaml")).diagnostics) {
    EXPECT_GE(d.at.line, 1u);
    EXPECT_GE(d.at.column, 1u);
    EXPECT_LE(d.at.column, d.line.size() + 1) << to_text(d);
  }
}

std::string test_name(testing::TestParamInfo<std::string> const& info) {
  auto name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Bad, Mistake, testing::ValuesIn(names()), test_name);

TEST(Mistakes, AreManyAndEachHasItsText) {
  EXPECT_GE(names().size(), 100u);
  for (auto const& entry : fs::directory_iterator{bad_files})
    if (entry.path().extension() == ".expected") {
      EXPECT_TRUE(fs::exists(fs::path{entry.path()}.replace_extension(".yaml"))) << entry.path();
    }
}

}  // namespace
}  // namespace snapcron
