#include "core/diagnostic.hpp"
#include "core/printable.hpp"

#include <gtest/gtest.h>

namespace snapcron {
namespace {

TEST(Diagnostic, IsToldAsACompilerWould) {
  Diagnostic const diagnostic{.file = "rules/gate.yaml",
                              .at = {12, 3},
                              .message = "unknown key 'colldown'",
                              .suggestion = "cooldown",
                              .line = "  colldown: 30s"};

  EXPECT_EQ(to_text(diagnostic),
            "rules/gate.yaml:12:3: error: unknown key 'colldown' (did you mean 'cooldown'?)\n"
            "      colldown: 30s\n"
            "      ^\n");
}

TEST(Diagnostic, AWarningSaysSoAndALineMayBeMissing) {
  Diagnostic const diagnostic{.severity = Diagnostic::Severity::warning,
                              .file = "a.yaml",
                              .at = {1, 1},
                              .message = "nothing fires"};

  EXPECT_EQ(to_text(diagnostic), "a.yaml:1:1: warning: nothing fires\n");
}

std::string excerpt(std::string line, unsigned column) {
  auto const text =
      to_text({.file = "f", .at = {1, column}, .message = "m", .line = std::move(line)});
  return text.substr(text.find('\n') + 1);
}

TEST(Diagnostic, TheCaretStandsBelowItsCharacter) {
  EXPECT_EQ(excerpt("\tname: x", 8), "    \tname: x\n    \t      ^\n");
  EXPECT_EQ(excerpt("Tür: x", 7), "    Tür: x\n         ^\n");  // the column counts bytes
  EXPECT_EQ(excerpt("a\x1b[2Jb", 6), "    a?[2Jb\n         ^\n");
  EXPECT_EQ(excerpt("abc", 4), "    abc\n       ^\n");
  EXPECT_EQ(excerpt("abc", 99), "    abc\n       ^\n");
}

TEST(Diagnostic, ALongLineIsShownAroundTheCaret) {
  auto const text = excerpt(std::string(5'000, 'a') + "X" + std::string(5'000, 'b'), 5'001);

  EXPECT_LT(text.size(), 500u);
  auto const line = text.substr(0, text.find('\n'));
  auto const caret = text.find('^', line.size()) - line.size() - 1;
  EXPECT_EQ(line[caret], 'X');
}

TEST(Diagnostic, OnlyErrorsAreErrors) {
  Diagnostic const error{}, warning{.severity = Diagnostic::Severity::warning};

  EXPECT_FALSE(has_errors(std::vector<Diagnostic>{}));
  EXPECT_FALSE(has_errors(std::vector{warning}));
  EXPECT_TRUE(has_errors(std::vector{warning, error}));
}

TEST(NearestWord, FindsSlipsAndNothingElse) {
  std::vector<std::string> const known{"cooldown", "rising", "falling", "both",
                                       "edge",     "high",   "low",     "active_low"};
  std::pair<char const*, char const*> const cases[] = {
      {"colldown", "cooldown"}, {"risign", "rising"},
      {"Rising", "rising"},     {"fallin", "falling"},
      {"egde", "edge"},         {"activelow", "active_low"},
      {"hihg", "high"},         {"active-low", "active_low"},
      {"lwo", "low"},
  };
  for (auto const& [word, nearest] : cases)
    EXPECT_EQ(nearest_word(word, known).value_or(""), nearest) << word;
  for (auto const* word : {"", "x", "camera", "down", "up", "highest-of-all"})
    EXPECT_FALSE(nearest_word(word, known)) << word << ": " << *nearest_word(word, known);
  EXPECT_FALSE(nearest_word(std::string(100'000, 'a'), known));
}

TEST(Printable, LeavesNoCharacterThatActs) {
  EXPECT_EQ(printable("Tür 門 😀"), "Tür 門 😀");
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a?b?c?");
  EXPECT_EQ(printable("\xff\xc0\xaf\xe2\x82"), "?????");  // not UTF-8
  EXPECT_EQ(printable("\xc2\x9b"), "?");                  // C1: a terminal's CSI
  EXPECT_EQ(printable("\xe2\x80\xae"), "?");              // right-to-left override
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");            // a surrogate
  EXPECT_EQ(snapcron::quoted(std::string(61, 'a')), "'" + std::string(60, 'a') + "...'");
}

}  // namespace
}  // namespace snapcron
