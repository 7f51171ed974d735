// The words of rules, and the values that they become.

#include "folder.hpp"
#include "rules_around.hpp"
#include "support/repeated.hpp"

#include <gmock/gmock.h>

#include <ctime>

namespace snapcron {
namespace {

using test::repeated;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Place stockholm{59.33, 18.06};

TEST(RuleWords, AnInputMayHaveToHoldOrToComeSeveralTimes) {
  EXPECT_EQ(only_trigger<InputTrigger>("{input: door, for: 5m}"),
            (InputTrigger{.input = 1, .held = 5min}));
  EXPECT_EQ(only_trigger<InputTrigger>("{input: door, edge: falling, count: 3, within: 2s}"),
            (InputTrigger{1, InputTrigger::Edge::falling, 0s, 3, 2s}));
}

TEST(RuleWords, TheCalendarKnowsWhatBecomesOfMissedTimes) {
  using What = MissedPolicy::What;
  auto const plain = only_trigger<CronTrigger>("{cron: \"0 3 * * *\"}");
  EXPECT_EQ(plain.missed, (MissedPolicy{What::once, 5min}));
  EXPECT_EQ(plain.jitter, 0s);
  EXPECT_FALSE(plain.gap_run_once);
  auto const careful = only_trigger<CronTrigger>(
      "{cron: \"0 3 * * *\", missed: all, missed_max_age: 2h, jitter: 90s, dst: {gap: run_once}}");
  EXPECT_EQ(careful.missed, (MissedPolicy{What::all, 2h}));
  EXPECT_EQ(careful.jitter, 90s);
  EXPECT_TRUE(careful.gap_run_once);
  EXPECT_EQ(only_trigger<CronTrigger>("{cron: \"0 3 * * *\", missed: skip}").missed.what,
            What::skip);
}

TEST(RuleWords, TheSunRisesAndSetsAtTheSitesLocation) {
  EXPECT_EQ(only_trigger<SunTrigger>("{sun: sunrise}"),
            (SunTrigger{SunEvent::sunrise, 0s, stockholm, {}}));
  EXPECT_EQ(only_trigger<SunTrigger>("{sun: sunset, offset: -1h30m, missed: skip}"),
            (SunTrigger{SunEvent::sunset, -90min, stockholm, {MissedPolicy::What::skip, 5min}}));
  EXPECT_EQ(only_trigger<SunTrigger>("{sun: sunset, offset: +20m}").offset, 20min);
  EXPECT_EQ(only_condition<SunCondition>("{sun: night}"), (SunCondition{false, stockholm}));
  EXPECT_EQ(only_condition<SunCondition>("{sun: day}"), (SunCondition{true, stockholm}));
}

TEST(RuleWords, OtherTriggers) {
  using To = RelayTrigger::To;
  EXPECT_EQ(only_trigger<ShutdownTrigger>("{shutdown: }"), ShutdownTrigger{});
  EXPECT_EQ(only_trigger<RelayTrigger>("{relay: strike}"), (RelayTrigger{1, To::on}));
  EXPECT_EQ(only_trigger<RelayTrigger>("{relay: 1, to: off}"), (RelayTrigger{1, To::off}));
  EXPECT_EQ(only_trigger<RelayTrigger>("{relay: 1, to: both}"), (RelayTrigger{1, To::both}));
  EXPECT_EQ(only_trigger<CameraTrigger>("{camera: door}"), (CameraTrigger{"door", false}));
  EXPECT_EQ(only_trigger<CameraTrigger>("{camera: door, event: found}"),
            (CameraTrigger{"door", true}));
  EXPECT_EQ(only_trigger<WebhookTrigger>("{webhook: bell-1.x}"), (WebhookTrigger{"bell-1.x"}));
}

TEST(RuleWords, AConditionMayBeMadeOfOthers) {
  auto const rule = only_rule(
      "triggers: [{input: 1, id: door}, {input: 2, id: window}], actions: {log: x}, conditions: "
      "{any: [{not: {input: 2, is: high, for: 1m}}, {all: [{trigger: door}, {sun: day}]}]}");
  auto const& any = std::get<GroupCondition>(rule.conditions.at(0).what);
  EXPECT_EQ(any.kind, GroupCondition::Kind::any);
  auto const& none = std::get<GroupCondition>(any.of.at(0).what);
  EXPECT_EQ(none.kind, GroupCondition::Kind::none);
  EXPECT_EQ(none.of.at(0),
            (Condition{InputCondition{2, true, 1min}, "input window is high for 1m"}));
  auto const& all = std::get<GroupCondition>(any.of.at(1).what);
  EXPECT_EQ(all.kind, GroupCondition::Kind::all);
  EXPECT_THAT(all.of, ElementsAre(Condition{TriggerCondition{"door"}, "trigger door"},
                                  Condition{SunCondition{true, stockholm}, "sun day"}));
}

TEST(RuleWords, OneOfSeveralTriggersIsAnyOfThem) {
  auto const rule = only_rule(
      "triggers: [{input: 1, id: door}, {input: 2, id: window}], actions: {log: x}, conditions: "
      "{trigger: [door, window]}");
  auto const& any = std::get<GroupCondition>(rule.conditions.at(0).what);
  EXPECT_EQ(any.kind, GroupCondition::Kind::any);
  EXPECT_THAT(any.of, ElementsAre(Condition{TriggerCondition{"door"}, "trigger door"},
                                  Condition{TriggerCondition{"window"}, "trigger window"}));
}

TEST(RuleWords, TheModeOfARule) {
  auto const mode = [](std::string const& keys) {
    auto const rule = only_rule(keys + "triggers: {input: 1}, actions: {log: x}");
    return std::pair{rule.mode, rule.max};
  };
  EXPECT_EQ(mode(""), (std::pair{Mode::single, 10u}));
  EXPECT_EQ(mode("mode: restart, "), (std::pair{Mode::restart, 10u}));
  EXPECT_EQ(mode("mode: queued, "), (std::pair{Mode::queued, 10u}));
  EXPECT_EQ(mode("mode: parallel, max: 3, "), (std::pair{Mode::parallel, 3u}));
}

TEST(RuleWords, ActionsMayWaitAndBranchAndFail) {
  auto const rule = only_rule(
      "triggers: {input: 1}, actions: [{wait_for: [{input: 1, edge: falling, for: 2s}, {webhook: "
      "x}], timeout: 30s, fallback: {log: open}}, {if: {relay: 1, is: on}, then: {relay: 1, set: "
      "off}, else: [{log: a}, {log: b}]}]");
  ASSERT_EQ(rule.actions.size(), 2u);
  EXPECT_EQ(std::get<WaitForAction>(rule.actions[0].what),
            (WaitForAction{
                {{InputTrigger{.input = 1, .edge = InputTrigger::Edge::falling, .held = 2s}, ""},
                 {WebhookTrigger{"x"}, ""}},
                30s}));
  EXPECT_EQ(rule.actions[0].fallback, (std::vector<Action>{{LogAction{text_template("open")}}}));
  auto const& branch = std::get<IfAction>(rule.actions[1].what);
  EXPECT_THAT(branch.conditions,
              ElementsAre(Condition{RelayCondition{1, true}, "relay strike is on"}));
  EXPECT_EQ(branch.then.size(), 1u);
  EXPECT_EQ(branch.otherwise.size(), 2u);
  EXPECT_EQ(only_action<WaitForAction>("{wait_for: {webhook: x}}").timeout, std::nullopt);
}

TEST(RuleWords, RulesAreEnabledByNamesThatMayStandFurtherDownOrInAnotherFile) {
  Folder folder;
  folder.write("rules.d/more.yaml",
               "rules: [{name: more, triggers: [], actions: {disable: [first, later]}}]\n");
  auto const loaded = load_site(folder.write("snapcron.yaml", R"(version: 1
include: rules.d/*.yaml
rules:
  - {name: first, triggers: [], actions: {enable: [later, more, first]}}
  - {name: later, triggers: [], actions: {disable: more}}
)"));
  ASSERT_TRUE(loaded.site) << said(loaded);
  auto const enable = [&](std::size_t i) {
    return std::get<EnableAction>(loaded.site->rules.at(i).actions.at(0).what);
  };
  EXPECT_EQ(enable(0), (EnableAction{{"later", "more", "first"}, true}));
  EXPECT_EQ(enable(1), (EnableAction{{"more"}, false}));
  EXPECT_EQ(enable(2), (EnableAction{{"first", "later"}, false}));

  auto const file = folder.path() / "rules.d/more.yaml";
  EXPECT_EQ(said(check_rules_file(file, &*loaded.site)), "");
  EXPECT_EQ(said(check_rules_file(file, nullptr)), "");
  folder.write("rules.d/more.yaml", "rules: [{name: x, triggers: [], actions: {enable: lter}}]\n");
  EXPECT_THAT(said(check_rules_file(file, &*loaded.site)),
              HasSubstr("there is no rule 'lter' (did you mean 'later'?)"));
}

// ---- http ----

std::vector<std::pair<std::string, bool>> body_of(HttpAction const& request) {
  std::vector<std::pair<std::string, bool>> parts;
  for (auto const& part : request.body) parts.emplace_back(part.text.expand({}), part.json_string);
  return parts;
}

TEST(HttpAction, IsAGetUntilThereIsSomethingToSend) {
  EXPECT_EQ(only_action<HttpAction>("{http: \"https://nas/x\"}").method, "GET");
  EXPECT_EQ(only_action<HttpAction>("{http: \"https://nas/x\", body: hello}").method, "POST");
  EXPECT_EQ(only_action<HttpAction>("{http: \"https://nas/x\", picture: body}").method, "POST");
  auto const put = only_action<HttpAction>(
      "{http: \"https://nas/x\", method: PUT, picture: body, timeout: 5s, "
      "verify_tls: false, username: me}");
  EXPECT_EQ(put.method, "PUT");
  EXPECT_TRUE(put.picture_is_body);
  EXPECT_EQ(put.timeout, 5s);
  EXPECT_FALSE(put.verify_tls);
  EXPECT_EQ(put.username, "me");
}

TEST(HttpAction, ItsAddressIsATemplateBehindTheHost) {
  auto const request =
      only_action<HttpAction>("{http: \"https://nas:8443/{input}?at={time:%H:%M %Z}\"}");
  TemplateValues values;
  values.input = "a b/../c";
  EXPECT_EQ(request.url.expand_url(values), "https://nas:8443/a%20b%2F..%2Fc?at=00%3A00%20UTC");
}

TEST(HttpAction, JsonKeepsItsTypesAndItsTextsAreTemplates) {
  auto const request = only_action<HttpAction>(
      "{http: \"https://nas/x\", json: {a: [1, -2.5e3, true, null, \"5\"], \"b}\": \"{rule}\"}}");
  EXPECT_THAT(body_of(request),
              ElementsAre(std::pair{"{", false}, std::pair{"a", true},
                          std::pair{":[1,-2.5e3,true,null,", false}, std::pair{"5", true},
                          std::pair{"],", false}, std::pair{"b}", true}, std::pair{":", false},
                          std::pair{"", true}, std::pair{"}", false}));
  ASSERT_EQ(request.headers.size(), 1u);
  EXPECT_EQ(request.headers[0].first, "Content-Type");
  EXPECT_EQ(request.headers[0].second.expand({}), "application/json");
  EXPECT_EQ(only_action<HttpAction>("{http: \"https://nas/x\", json: 1, headers: {content-type: "
                                    "application/ld+json}}")
                .headers.size(),
            1u);
}

TEST(HttpAction, AFormHasFieldsAndThePicture) {
  auto const request = only_action<HttpAction>(
      "{http: \"https://nas/x\", form: {chat_id: \"4711\", caption: \"{input}\"}, picture: photo}");
  ASSERT_EQ(request.form.size(), 2u);
  EXPECT_EQ(request.form[0].first, "chat_id");
  EXPECT_EQ(request.form[1].second.source(), "{input}");
  EXPECT_EQ(request.picture_field, "photo");
  EXPECT_FALSE(request.picture_is_body);
  EXPECT_THAT(request.headers, IsEmpty());
}

TEST(HttpAction, ReadsItsPasswordAndItsSecretFromFilesBesideTheFileThatNamesThem) {
  Folder folder;
  folder.write("rules.d/token", "s3cret\n");
  folder.write("rules.d/pw", "word\n");
  folder.write("rules.d/tell.yaml", R"(rules:
  - name: tell
    triggers: []
    actions:
      http: "https://nas/x"
      username: me
      password_file: pw
      secret_file: token
      headers: {Authorization: "Bearer {secret}"}
)");
  auto const loaded =
      load_site(folder.write("snapcron.yaml", "version: 1\ninclude: rules.d/*.yaml\n"));
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(said(loaded), "");
  auto const& request = std::get<HttpAction>(loaded.site->rules.at(0).actions.at(0).what);
  EXPECT_EQ(request.secret, "s3cret");
  EXPECT_EQ(request.password, "word");
}

TEST(HttpAction, ASecretOverPlainHttpIsWarnedOf) {
  auto const warned = [](std::string const& url) {
    return said(load_text(with_rules("  - {name: r, triggers: [], actions: {http: \"" + url +
                                     "\", body: \"{secret}\", secret_file: x}}\n"),
                          "test.yaml"));
  };
  EXPECT_THAT(warned("http://nas/x"), HasSubstr("warning: the secret goes over plain http"));
  EXPECT_EQ(warned("https://nas/x"), "");
  EXPECT_EQ(warned("http://127.0.0.1/x"), "");
}

// ---- the site ----

TEST(Site, KnowsItsPlaceAndHowLongToWaitForTheClock) {
  auto const loaded = load_text(
      "version: 1\nlocation: {latitude: -33.8688, longitude: 151}\nclock: {wait_for_sync: 5m}\n",
      "test.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  ASSERT_TRUE(loaded.site->location);
  EXPECT_DOUBLE_EQ(loaded.site->location->latitude, -33.8688);
  EXPECT_DOUBLE_EQ(loaded.site->location->longitude, 151);
  EXPECT_EQ(loaded.site->wait_for_sync, Duration{5min});
  EXPECT_FALSE(load_text("version: 1\n", "test.yaml").site->location);
}

// ---- files that mean ill ----

TEST(HostileRules, AreReadInSecondsHoweverLongTheirListsAre) {
  std::string numbered_ids, numbered_names;
  for (int i = 0; i < 15'000; ++i) {
    numbered_ids += "{startup: , id: i" + std::to_string(i) + "},";
    numbered_names += "wrong" + std::to_string(i) + ",";
  }
  std::string const begin = "  - {name: r, ", log = ", actions: {log: x}}\n";
  std::string const cases[] = {
      begin + "triggers: [" + numbered_ids + "], conditions: [" +
          repeated("{trigger: i14999},", 15'000) + "]" + log,
      begin + "triggers: [" + numbered_ids + "], conditions: [" +
          repeated("{trigger: j},", 15'000) + "]" + log,
      begin + "triggers: [], actions: {enable: [" + numbered_names + "]}}\n",
      begin + "triggers: [" + repeated("{cron: \"0 0 30 2 *\"},", 15'000) + "]" + log,
      begin + "triggers: [" + repeated("{cron: \"0 0 * * *\", timezone: Nowhere/Else},", 10'000) +
          "]" + log,
      begin + "triggers: [" + repeated("{input: 1},", 20'000) + "], conditions: [" +
          repeated("{input: 1, is: low},", 10'000) + "]" + log,
      begin + "triggers: [" + repeated("{input: 1},", 10) + "], conditions: [" +
          repeated("{input: 2, is: low},", 20'000) + "], actions: [" +
          repeated("{relay: 1, set: on},", 10'000) + "]}\n" + "  - {name: s, triggers: [" +
          repeated("{input: 1},", 10) + "], conditions: [" +
          repeated("{input: 2, is: low},", 20'000) + "], actions: {relay: 1, set: off}}\n",
      begin + "triggers: [], actions: {http: \"https://nas/\", headers: {" + numbered_names +
          "}, json: [" + repeated("{a: \"{rule}\"},", 15'000) + "]}}\n",
  };
  for (auto const& rules : cases) {
    auto const begun = std::clock();
    load_text(with_rules(rules), "test.yaml");
    EXPECT_LT(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC, 10.0)
        << rules.substr(0, 200);
  }
}

}  // namespace
}  // namespace snapcron
