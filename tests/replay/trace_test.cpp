// A trace's lines and its mistakes.
#include "replay/trace.hpp"

#include "config/load.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;

class TraceTest : public testing::Test {
 protected:
  std::optional<Trace> parse(std::string text) {
    diagnostics.clear();
    return parse_trace(Source{"t.trace", std::move(text)}, site, diagnostics);
  }
  std::string wrong(std::string text) {
    EXPECT_FALSE(parse(std::move(text)));
    std::string all;
    for (auto const& d : diagnostics) all += to_text(d);
    return all;
  }

  Site const site = *load_text(
                         "version: 1\ninputs: {1: {name: front-door, line: 0}}\ngpio: {chip: "
                         "sim}\nrelays: {1: {name: strike, line: 8}}\n"
                         "cameras: {hall: {test_pattern: }}\nrules: [{name: night photo, triggers: "
                         "{input: 1}, actions: {snapshot: hall}}]\n",
                         "site.yaml")
                         .site;
  std::vector<Diagnostic> diagnostics;
};

TEST_F(TraceTest, EachKindOfLine) {
  auto const trace = parse(
      "# a comment\n\n"
      "2026-03-02T12:00:00Z input 1 high\n"
      "2026-03-02T13:00:00+01:00\tinput front-door low # the same moment\r\n"
      "2026-03-02T12:00:01.5Z relay strike on\n"
      "2026-03-02T12:00:02Z camera hall offline\n"
      "2026-03-02T12:00:03Z webhook ring\n"
      "2026-03-02T12:00:04Z trigger night photo\n"
      "2026-03-02T12:00:05Z restart");
  ASSERT_TRUE(trace) << to_text(diagnostics.front());
  ASSERT_EQ(trace->size(), 7u);
  EXPECT_TRUE(std::get<TraceInput>((*trace)[0].what).high);
  EXPECT_FALSE(std::get<TraceInput>((*trace)[1].what).high);
  EXPECT_EQ((*trace)[0].at, (*trace)[1].at);
  EXPECT_TRUE(std::get<TraceRelay>((*trace)[2].what).on);
  EXPECT_FALSE(std::get<TraceCamera>((*trace)[3].what).online);
  EXPECT_EQ(std::get<TraceWebhook>((*trace)[4].what).name, "ring");
  EXPECT_EQ(std::get<TraceTrigger>((*trace)[5].what).rule, "night photo");
  EXPECT_TRUE(std::holds_alternative<TraceRestart>((*trace)[6].what));
}

struct Bad {
  char const* name;
  char const* line;
  char const* said;
};
class BadLine : public TraceTest, public testing::WithParamInterface<Bad> {};

TEST_P(BadLine, IsToldWithItsColumnAndTheNearestWord) {
  EXPECT_THAT(wrong(GetParam().line), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadLine,
    testing::Values(
        Bad{"time", "noon input 1 high", "t.trace:1:1: error:"},
        Bad{"nothing", "2026-03-02T12:00:00Z", "what happened then?"},
        Bad{"kind", "2026-03-02T12:00:00Z inptu 1 high", "1:22: error: unknown event 'inptu'"},
        Bad{"input", "2026-03-02T12:00:00Z input frontdoor high",
            "1:28: error: there is no input 'frontdoor' (did you mean 'front-door'?)"},
        Bad{"level", "2026-03-02T12:00:00Z input 1 hihg",
            "1:30: error: 'hihg' must be high or low (did you mean 'high'?)"},
        Bad{"short", "2026-03-02T12:00:00Z input 1", "expected 'input N high|low'"},
        Bad{"more", "2026-03-02T12:00:00Z input 1 high please",
            "'high please' must be high or low"},
        Bad{"camera", "2026-03-02T12:00:00Z camera hal offline", "did you mean 'hall'?"},
        Bad{"rule", "2026-03-02T12:00:00Z trigger night foto", "did you mean 'night photo'?"},
        Bad{"restart", "2026-03-02T12:00:00Z restart now", "'restart' takes nothing more"},
        Bad{"order", "2026-03-02T12:00:00Z restart\n2026-03-02T11:59:59Z restart",
            "2:1: error: this is before the line above"}),
    [](auto const& shown) { return std::string{shown.param.name}; });

TEST_F(TraceTest, AtMostAHundredMistakesAreTold) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "what\n";
  (void)wrong(text);
  EXPECT_EQ(diagnostics.size(), 100u);
}

}  // namespace
}  // namespace snapcron
