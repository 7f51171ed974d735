// What docs/cron.md shows of `snapcron next` is what the calendar says.

#include "core/upcoming.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <vector>

namespace snapcron {
namespace {

/// A command of the page and the lines below it.
struct Shown {
  std::string command;
  std::vector<std::string> lines;
};

std::vector<Shown> shown_on_the_page() {
  std::vector<Shown> all;
  std::ifstream in{SOURCE_DIR "/docs/cron.md"};
  bool within = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("$ snapcron next --cron")) {
      all.push_back({line, {}});
      within = true;
    } else if (line.starts_with("```")) {
      within = false;
    } else if (within) {
      all.back().lines.push_back(line);
    }
  }
  return all;
}

std::string option(std::string const& command, std::string const& name,
                   std::string const& otherwise) {
  std::regex const pattern{"--" + name + " (?:\"([^\"]*)\"|([^ ]+))"};
  std::smatch found;
  if (!std::regex_search(command, found, pattern)) return otherwise;
  return found[1].matched ? found[1] : found[2];
}

TEST(CronPage, ShowsWhatSnapcronNextPrints) {
  auto const page = shown_on_the_page();
  ASSERT_EQ(page.size(), 3u);
  for (auto const& [command, lines] : page) {
    auto const text = option(command, "cron", "");
    std::vector<std::string> expected;
    if (auto const cron = Cron::parse(text); !cron) {
      auto const column = cron.error().column;
      expected = {
          "snapcron: cron pattern, column " + std::to_string(column + 1) + ": " + cron.error().text,
          "    " + text, std::string(column + 4, ' ') + "^"};
    } else {
      auto const zone = Zone::find(option(command, "timezone", "UTC")).value();
      bool const run_once = option(command, "dst-gap", "skip") == "run_once";
      auto at = parse_rfc3339(option(command, "from", "")).value();
      for (int count = std::stoi(option(command, "count", "1")); count > 0; --count)
        expected.push_back(rfc3339(at = next_time(*cron, zone, at, run_once).value(), zone));
    }
    EXPECT_EQ(lines, expected) << command;
  }
}

}  // namespace
}  // namespace snapcron
