#include "config/yaml.hpp"
#include "support/repeated.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace snapcron {
namespace {

using test::repeated;

struct Parsed {
  std::optional<YamlNode> root;
  std::vector<Diagnostic> diagnostics;
  std::string first() const { return diagnostics.empty() ? "" : diagnostics.front().message; }
};
Parsed parse(std::string text) {
  Parsed parsed;
  parsed.root = parse_yaml(Source{"test.yaml", std::move(text)}, parsed.diagnostics);
  return parsed;
}

TEST(Yaml, KeysAndValuesKnowTheirPlacesInBytes) {
  auto const parsed = parse("a: {b: c}\nf\xc3\xbcr: \"\xc3\xbc\"\n  \nlist:\n  - x\n  - 'y'\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_TRUE(parsed.diagnostics.empty());
  auto const& entries = parsed.root->entries;
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].at, (Position{1, 1}));
  EXPECT_EQ(entries[0].value.entries.at(0).at, (Position{1, 5}));
  EXPECT_EQ(entries[0].value.entries.at(0).value.at, (Position{1, 8}));
  EXPECT_EQ(entries[1].key, "f\xc3\xbcr");
  EXPECT_EQ(entries[1].value.at, (Position{2, 7}));
  EXPECT_TRUE(entries[1].value.quoted);
  EXPECT_EQ(entries[2].value.items.at(1).at, (Position{6, 5}));
  EXPECT_TRUE(entries[2].value.items.at(1).quoted);
}

TEST(Yaml, WordsOfOlderYamlAreTexts) {
  auto const parsed = parse("a: [on, off, yes, no, y, 12:00:00, 0644, 1_000, true, 1e3]\n");
  ASSERT_TRUE(parsed.root);
  std::vector<std::string> texts;
  for (auto const& item : parsed.root->entries.at(0).value.items) {
    EXPECT_EQ(item.kind, YamlNode::Kind::scalar);
    texts.push_back(item.text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"on", "off", "yes", "no", "y", "12:00:00", "0644",
                                             "1_000", "true", "1e3"}));
}

TEST(Yaml, NothingAtAllStandsWhereItsKeyOrItsDashDoes) {
  auto const parsed = parse("a:\nb: ~\nc: null\nd:\n  -\n  - x\n  -\n");
  ASSERT_TRUE(parsed.root);
  auto const& entries = parsed.root->entries;
  EXPECT_EQ(entries.at(0).value.at, (Position{1, 1}));
  EXPECT_EQ(entries.at(1).value.at, (Position{2, 4}));
  EXPECT_EQ(entries.at(2).value.at, (Position{3, 4}));
  EXPECT_EQ(entries.at(3).value.items.at(0).at, (Position{5, 3}));
  EXPECT_EQ(entries.at(3).value.items.at(2).at, (Position{7, 3}));
  for (auto const& entry : {entries.at(0), entries.at(1), entries.at(2)})
    EXPECT_EQ(entry.value.kind, YamlNode::Kind::null) << entry.key;
}

TEST(Yaml, AQuotedNullIsAText) {
  auto const parsed = parse("a: \"null\"\nb: '~'\nc: ''\n");
  ASSERT_TRUE(parsed.root);
  for (auto const& entry : parsed.root->entries)
    EXPECT_EQ(entry.value.kind, YamlNode::Kind::scalar) << entry.key;
}

TEST(Yaml, AByteOrderMarkAndWindowsLineEndsDoNoHarm) {
  auto const parsed = parse(
      "\xef\xbb\xbf"
      "a: 1\r\nb: x\r\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_TRUE(parsed.diagnostics.empty()) << parsed.first();
  EXPECT_EQ(parsed.root->entries.at(1).value.text, "x");
  EXPECT_EQ(parsed.root->entries.at(1).value.at, (Position{2, 4}));
}

TEST(Yaml, BlockScalarsAreTextsWhateverTheyHold) {
  auto const parsed = parse("a: |\n  it's \"open\n  b: [c\nd: >-\n  one\n  two\n");
  ASSERT_TRUE(parsed.root) << parsed.first();
  EXPECT_TRUE(parsed.diagnostics.empty()) << parsed.first();
  EXPECT_EQ(parsed.root->entries.at(0).value.text, "it's \"open\nb: [c\n");
  EXPECT_EQ(parsed.root->entries.at(1).value.text, "one two");
}

TEST(Yaml, QuotesWithinPlainTextsAndCommentsAreLetters) {
  for (auto const* text :
       {"a: it's\n", "a: 5\" pipe\n", "a: b # don't\n", "# don't\na: b\n", "a: [it's, o'clock]\n",
        "a: 'it''s'\n", "a: \"\\\"\"\n", "a: \"x\" # \"\n"}) {
    auto const parsed = parse(text);
    EXPECT_TRUE(parsed.root) << text;
    EXPECT_TRUE(parsed.diagnostics.empty()) << text << parsed.first();
  }
}

TEST(Yaml, AQuestionMarkIsALetterWithinBrackets) {
  auto const parsed = parse(
      "a: {cron: 0 12 ? * MON, url: http://h/x?y=1, log: what?, ?x: 'a?', \"\\x1a?\": ?}\n"
      "b: [a?, ?, ??b]\nc: {d: # really?\n  e?}\n");
  ASSERT_TRUE(parsed.root) << parsed.first();
  auto const& a = parsed.root->entries.at(0).value.entries;
  ASSERT_EQ(a.size(), 5u);
  EXPECT_EQ(a[0].value.text, "0 12 ? * MON");
  EXPECT_EQ(a[1].value.text, "http://h/x?y=1");
  EXPECT_EQ(a[2].value.text, "what?");
  EXPECT_EQ(a[3].key, "?x");
  EXPECT_EQ(a[3].value.text, "a?");
  EXPECT_EQ(a[4].key, "\x1a?");
}

TEST(Yaml, OddSpacesAreFineInQuotesAndComments) {
  EXPECT_TRUE(parse("a: \"b\u00a0c\"\n# d\u00a0e\n").diagnostics.empty());
  EXPECT_FALSE(parse("a: b\u202f"
                     "c\n")
                   .diagnostics.empty());
  EXPECT_FALSE(parse("\u00a0"
                     "a: b\n")
                   .diagnostics.empty());
}

TEST(Yaml, TabsAreFineWhereTheyIndentNothing) {
  EXPECT_TRUE(parse("a: 1\t# one\n\t\n \t# a comment\nb: \"x\ty\"\n").diagnostics.empty());
  EXPECT_FALSE(parse("a:\n \tb: 1\n").diagnostics.empty());
}

TEST(Yaml, DepthIsBounded) {
  EXPECT_TRUE(parse(repeated("[", 32) + repeated("]", 32)).root);
  auto const deep = parse(repeated("[", 33) + repeated("]", 33));
  EXPECT_FALSE(deep.root);
  EXPECT_EQ(deep.first(), "nested deeper than 32 levels");
  EXPECT_EQ(parse(repeated("[", 900'000)).first(), "nested deeper than 32 levels");
  EXPECT_EQ(parse(repeated("- ", 400'000)).first(), "nested deeper than 32 levels");
}

TEST(Yaml, NodesAreBounded) {
  EXPECT_EQ(parse("a: [" + repeated("x,", 250'000) + "]").first(),
            "the file holds more than 200000 keys and values");
}

TEST(Yaml, BytesAreBounded) {
  EXPECT_TRUE(parse("a: 1\n#" + std::string(999'990, 'x')).root);
  EXPECT_EQ(parse("a: 1\n#" + std::string(1'000'000, 'x')).first(),
            "the file is larger than 1000000 bytes");
}

TEST(Yaml, CyclesAndBombsOfAliasesAreNotFollowed) {
  EXPECT_EQ(parse("a: &x [*x]\n").diagnostics.size(), 2u);
  EXPECT_FALSE(parse("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n").diagnostics.empty());
}

TEST(Yaml, AMistakeIsToldOnceAndTheRestIsStillRead) {
  auto const parsed = parse("a: 1\na: 2\nb: !t x\nc: &d y\ne: z\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.diagnostics.size(), 3u);
  EXPECT_NE(parsed.root->find("e"), nullptr);
  EXPECT_EQ(parsed.root->find("a")->value.text, "1");
}

TEST(Yaml, ManyMistakesTakeBoundedMemory) {
  // 10 kB lines with thousands of mistakes each: their lines are not kept for every one.
  auto const line = "b: {" + repeated("[]: ,", 1990) + "}\n";
  Source const source{"test.yaml", repeated("- " + line, 90)};
  std::vector<Diagnostic> diagnostics;
  parse_yaml(source, diagnostics);
  std::size_t bytes = 0;
  for (auto const& d : diagnostics) bytes += d.line.size() + d.message.size();
  EXPECT_GT(diagnostics.size(), 1000u);
  EXPECT_LT(bytes, 50'000'000u);
}

}  // namespace
}  // namespace snapcron
