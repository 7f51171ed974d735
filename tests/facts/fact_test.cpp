// A fact as JSON and as a line for people.
#include "facts/fact_json.hpp"
#include "facts/fact_text.hpp"
#include "facts/memory_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;

class FactTest : public testing::Test {
 protected:
  FactTest() {
    Rule rule;
    rule.name = "door-open";
    Firing f;
    f.event = "k-1";
    f.rule = std::make_shared<Rule const>(rule);
    f.cause = "input door rising";
    f.at = at;
    f.values.trigger = "input";
    f.values.input = "door";
    f.values.edge = "rising";
    fact.firing = std::make_shared<Firing const>(f);
    fact.at = at;
  }
  std::string json() { return boost::json::serialize(fact_json(fact, names)); }
  std::string line() { return fact_text(fact_json(fact, names)); }
  void act(Action given) {
    action = std::move(given);
    fact.kind = Fact::Kind::action;
    fact.action = &action;
  }

  Names const names{.inputs = {{1, "door"}}, .relays = {{1, "strike"}}};
  Moment const at{Steady{} + 1h,
                  Instant{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h}};
  Action action{SnapshotAction{"hall"}};
  Fact fact;
};

TEST_F(FactTest, ATrigger) {
  EXPECT_EQ(
      json(),
      R"({"time":"2026-03-02T12:00:00+00:00","kind":"trigger","event":"k-1","rule":"door-open","trigger":"input",)"
      R"("cause":"input door rising","input":"door","edge":"rising"})");
  EXPECT_EQ(line(), "2026-03-02T12:00:00+00:00  door-open: fires: input door rising  [k-1]");
}

TEST_F(FactTest, ASkipHasItsReasonAndWhatItStandsFor) {
  fact.kind = Fact::Kind::skip;
  fact.reason = "missed";
  fact.text = "was due 3 times";
  fact.count = 3;
  auto const o = fact_json(fact, names);
  EXPECT_EQ(o.at("reason"), "missed");
  EXPECT_EQ(o.at("count"), 3);
  EXPECT_EQ(line(),
            "2026-03-02T12:00:00+00:00  door-open: skipped (missed): was due 3 times; input door "
            "rising  [k-1]");
}

TEST_F(FactTest, ActionsCarryTheConfigurationsOwnWords) {
  act({SnapshotAction{"hall", 3, 2s, {}}});
  EXPECT_EQ(fact_json(fact, names).at("snapshot"), "hall");
  EXPECT_EQ(fact_json(fact, names).at("interval"), "2s");
  SnapshotAction around{"hall", 1, 500ms, {}};
  around.pre_capture = 2s;
  around.post_capture = 3s;
  act({around});
  EXPECT_EQ(fact_json(fact, names).at("pre_capture"), "2s");
  EXPECT_EQ(fact_json(fact, names).at("post_capture"), "3s");
  EXPECT_EQ(fact_json(fact, names).at("interval"), "500ms");
  EXPECT_EQ(fact_json(fact, names).at("text"), "snapshot hall, from 2s before to 3s after");
  act({RelayAction{1, {.duration = 300ms}}});
  EXPECT_EQ(fact_json(fact, names).at("relay"), "strike");
  EXPECT_EQ(fact_json(fact, names).at("pulse"), "300ms");
  act({RelayAction{1, {.kind = RelayCommand::Kind::on}}});
  EXPECT_EQ(fact_json(fact, names).at("set"), "on");
  act({SnapshotAction{.camera = "hall", .to = {"nas", "office"}}});
  EXPECT_EQ(boost::json::serialize(fact_json(fact, names).at("to")), R"(["nas","office"])");
  EXPECT_EQ(fact_json(fact, names).at("text"), "snapshot hall to nas, office");
  act({MailAction{.destination = "office"}});
  EXPECT_EQ(fact_json(fact, names).at("mail"), "office");
  EXPECT_EQ(fact_json(fact, names).at("text"), "mail office");
  act({AlertAction{.host = "::1", .port = 4000, .text = {}}});
  EXPECT_EQ(fact_json(fact, names).at("alert"), "[::1]:4000");
  act({DelayAction{90s}});
  EXPECT_EQ(fact_json(fact, names).at("delay"), "1m30s");
  act({EnableAction{{"a", "b"}, false}});
  EXPECT_EQ(boost::json::serialize(fact_json(fact, names).at("disable")), R"(["a","b"])");
}

TEST_F(FactTest, AnAddressIsShownWithoutWhatMayBeSecret) {
  HttpAction http;
  http.url =
      *Template::parse("https://api.telegram.org/bot{secret}/sendPhoto", Template::Use::request);
  act({http});
  EXPECT_EQ(fact_json(fact, names).at("http"), "https://api.telegram.org");
  EXPECT_EQ(json().find("secret"), std::string::npos);
}

TEST_F(FactTest, AControlCharacterDoesNotReachALine) {
  fact.kind = Fact::Kind::end;
  fact.ok = false;
  fact.text = "\x1b[31mred\n";
  EXPECT_EQ(line().find('\x1b'), std::string::npos);
  EXPECT_EQ(line().find('\n'), std::string::npos);
}

TEST_F(FactTest, OfAnotherVersionsRecordALineIsMadeAllTheSame) {
  EXPECT_EQ(fact_text({}), "");
  EXPECT_EQ(fact_text({{"time", "T"}, {"kind", "news"}, {"text", 7}}), "T  news");
}

TEST_F(FactTest, WhatIsRememberedIsReadAsItWasWritten) {
  Memory memory;
  memory.boot = "b";
  memory.rules["r"] = {.started = at,
                       .enabled = false,
                       .seen = {{"cron 0 3 * * *", at.wall}},
                       .held = {{"input door rising for 10m", at}}};
  memory.runs = {{.rule = "r",
                  .event = "k-1",
                  .cause = "c",
                  .at = at,
                  .values = {{"input", "door"}},
                  .path = {0, 2, 1},
                  .action = "delay 1m",
                  .until = at,
                  .failed = true}};
  auto const again = parse_memory(memory_text(memory));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(*again, memory);
}

TEST_F(FactTest, AnotherVersionsMemoryIsRefused) {
  EXPECT_FALSE(parse_memory(R"({"version":2})"));
}

}  // namespace
}  // namespace snapcron
