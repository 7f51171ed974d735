#include "config/load.hpp"

#include "folder.hpp"
#include "rules_around.hpp"

#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Load, AWholeSiteBecomesValues) {
  Folder folder;
  folder.write("door.pw", "secret word\n");
  folder.write("users",
               "# who may\n\nanna:$y$j9T$abcdef$0123456789\nbert:$6$salt$0123456789:viewer\n");
  auto const file = folder.write("snapcron.yaml", R"(version: 1
timezone: Europe/Stockholm          # IANA name
gpio:
  chip: pinctrl-rp1
inputs:
  2: {name: window, line: 27}
  1: {name: front-door, line: GPIO17, bias: pull-up, active_low: true, debounce: 20ms}
relays:
  1: {name: strike, line: 22, chip: relays, active_low: TRUE, initial: off, on_exit: on, max_on: 10s}
cameras:
  door: {url: "https://192.168.1.20/axis-cgi/jpg/image.cgi", username: root, password_file: door.pw, timeout: 3s}
  bench: {test_pattern: {width: 320, height: 240}, max_size: 4MB}
  desk: {command: [fswebcam, -q, "-"], stall_timeout: 2s}
storage:
  directory: pictures
  filename: "{camera}/{seq}.jpg"
http: {listen: "0.0.0.0:80", users_file: users, input_txt: manual}
control_socket: run/sock
rules:
  - name: door-open
    triggers: {input: front-door, edge: rising}
    conditions: {time: "18:00-07:00"}
    actions:
      - snapshot: door
      - {relay: strike, pulse: 500ms}
)");

  auto const loaded = load_site(file);

  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(said(loaded), "");
  EXPECT_EQ(loaded.rules, 1u);
  EXPECT_FALSE(loaded.rules_only);
  auto const& site = *loaded.site;
  EXPECT_EQ(site.file, file);
  EXPECT_EQ(site.zone.name(), "Europe/Stockholm");
  EXPECT_THAT(
      site.inputs,
      ElementsAre(InputSpec{1, "front-door", {"pinctrl-rp1", "GPIO17"}, Bias::pull_up, true, 20ms},
                  InputSpec{2, "window", {"pinctrl-rp1", "27"}, Bias::as_is, false, 0ms}));
  EXPECT_THAT(site.relays, ElementsAre(RelaySpec{
                               1, "strike", {"relays", "22"}, true, false, true, Duration{10s}}));
  ASSERT_EQ(site.cameras.size(), 3u);
  EXPECT_EQ(site.cameras[0],
            (CameraSpec{.name = "door",
                        .source = UrlCamera{"https://192.168.1.20/axis-cgi/jpg/image.cgi", "root",
                                            "secret word"},
                        .timeout = 3s,
                        .connect_timeout = 3s,
                        .stall_timeout = 3s}));
  EXPECT_EQ(
      site.cameras[1],
      (CameraSpec{.name = "bench", .source = TestPatternCamera{320, 240}, .max_bytes = 4'000'000}));
  EXPECT_EQ(site.cameras[2], (CameraSpec{.name = "desk",
                                         .source = CommandCamera{{"fswebcam", "-q", "-"}},
                                         .stall_timeout = 2s}));
  EXPECT_EQ(site.storage.directory, folder.path() / "pictures");
  EXPECT_EQ(site.storage.filename.source(), "{camera}/{seq}.jpg");
  ASSERT_TRUE(site.http);
  EXPECT_EQ(*site.http, (HttpSpec{.address = "0.0.0.0",
                                  .port = 80,
                                  .users = {{"anna", "$y$j9T$abcdef$0123456789", false},
                                            {"bert", "$6$salt$0123456789", true}},
                                  .manual_input_txt = true}));
  EXPECT_EQ(site.control_socket, folder.path() / "run/sock");
  ASSERT_EQ(site.rules.size(), 1u);
  auto const& rule = site.rules[0];
  EXPECT_EQ(rule.name, "door-open");
  EXPECT_EQ(rule.triggers,
            (std::vector<Trigger>{{InputTrigger{1, InputTrigger::Edge::rising}, ""}}));
  EXPECT_EQ(rule.conditions,
            (std::vector<Condition>{
                {TimeCondition{.from = 18h, .to = 7h, .zone = site.zone}, "time 18:00-07:00"}}));
  EXPECT_EQ(rule.actions, (std::vector<Action>{
                              {SnapshotAction{.camera = "door", .filename = {}}},
                              {RelayAction{1, RelayCommand{RelayCommand::Kind::pulse, 500ms}}}}));
}

TEST(Load, WhatIsLeftOutHasItsDefault) {
  auto const loaded = load_text("version: 1\n", "test.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(loaded.site->storage.directory, "/var/lib/snapcron/snapshots");
  EXPECT_EQ(loaded.site->storage.filename.source(),
            "{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg");
  EXPECT_EQ(loaded.site->control_socket, "/run/snapcron/snapcron.sock");
  EXPECT_FALSE(loaded.site->http);
  auto const rule = only_rule("triggers: {input: 1}, actions: {snapshot: door}");
  EXPECT_TRUE(rule.enabled);
  EXPECT_EQ(rule.cooldown, Duration::zero());
}

TEST(Load, EmptySectionsAreNone) {
  auto const loaded =
      load_text("version: 1\ninputs:\nrelays:\ncameras:\nrules:\nhttp: {}\n", "test.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  ASSERT_TRUE(loaded.site->http);
  EXPECT_EQ(loaded.site->http->port, 8080);
}

TEST(Load, Triggers) {
  EXPECT_EQ(only_trigger<InputTrigger>("{input: 2}"),
            (InputTrigger{2, InputTrigger::Edge::rising}));
  EXPECT_EQ(only_trigger<InputTrigger>("[{input: window, edge: both}]"),
            (InputTrigger{2, InputTrigger::Edge::both}));
  EXPECT_EQ(only_trigger<EveryTrigger>("{every: 10m}").period, Duration{10min});
  EXPECT_EQ(only_trigger<StartupTrigger>("{startup: }"), StartupTrigger{});
  EXPECT_EQ(only_trigger<StartupTrigger>("{startup: true}"), StartupTrigger{});
  EXPECT_EQ(only_trigger<CronTrigger>("{cron: \"0 3 * * *\"}").zone.name(), "Europe/Stockholm");
  auto const tokyo = only_trigger<CronTrigger>("{cron: \"0 3 * * *\", timezone: Asia/Tokyo}");
  EXPECT_EQ(tokyo.zone.name(), "Asia/Tokyo");
  EXPECT_EQ(tokyo.pattern.text(), "0 3 * * *");
  EXPECT_EQ(
      only_rule("triggers: [{every: 1h, id: hourly}, {startup: , id: boot}], actions: {log: x}")
          .triggers.at(1)
          .id,
      "boot");
}

TEST(Load, Conditions) {
  EXPECT_EQ(only_condition<InputCondition>("{input: window, is: low}"), (InputCondition{2, false}));
  EXPECT_EQ(only_condition<RelayCondition>("{relay: 1, is: on}"), (RelayCondition{1, true}));
  EXPECT_TRUE(only_condition<CronCondition>("{cron: \"* 8-17 * * MON-FRI\"}").zone.name() ==
              "Europe/Stockholm");
  auto const window =
      only_condition<TimeCondition>("{time: \"22:00:30-24:00\", weekday: [mon, sun]}");
  EXPECT_EQ(window.from, 22h + 30s);
  EXPECT_EQ(window.to, 24h);
  EXPECT_EQ(window.weekdays.to_string(), "0000011");
  EXPECT_EQ(only_condition<TimeCondition>("{time: 18:00-07:00, weekday: sat}").weekdays.to_string(),
            "1000000");
}

TEST(Load, Actions) {
  using Kind = RelayCommand::Kind;
  EXPECT_EQ(
      only_action<SnapshotAction>(
          "{snapshot: door, count: 3, interval: 2s, filename: \"x/{seq}.jpg\"}"),
      (SnapshotAction{"door", 3, 2s, *Template::parse("x/{seq}.jpg", Template::Use::file_name)}));
  SnapshotAction around{.camera = "yard", .interval = 500ms};
  around.pre_capture = 2s;
  around.post_capture = 3s;
  EXPECT_EQ(only_action<SnapshotAction>("{snapshot: yard, pre_capture: 2s, post_capture: 3s}"),
            around);
  EXPECT_EQ(only_action<SnapshotAction>("{snapshot: door, max_age: 1s}").max_age, 1s);
  EXPECT_EQ(only_action<RelayAction>("{relay: strike, set: toggle}").command.kind, Kind::toggle);
  EXPECT_EQ(only_action<RelayAction>("{relay: strike, set: on}").command.kind, Kind::on);
  EXPECT_EQ(only_action<RelayAction>("{relay: strike, set: \"off\"}").command.kind, Kind::off);
  for (auto const* bare : {"{relay: 1, pulse: }", "{relay: 1, pulse}", "{relay: 1, pulse: true}"})
    EXPECT_EQ(only_action<RelayAction>(bare), (RelayAction{1, RelayCommand{}})) << bare;
  EXPECT_EQ(only_action<RelayAction>("{relay: 1, pulse: 1s, count: 3, gap: 200ms}"),
            (RelayAction{1, RelayCommand{Kind::pulse, 1s, 3, 200ms}}));
  EXPECT_EQ(only_action<DelayAction>("{delay: 1m30s}").duration, Duration{90s});
  EXPECT_EQ(only_action<LogAction>("{log: \"{input} {edge}\"}").text.source(), "{input} {edge}");
  auto const run = only_action<RunAction>("{run: [/bin/echo, \"{event}\", '', 5], timeout: 3s}");
  EXPECT_THAT(run.argv, ElementsAre(text_template("/bin/echo"), text_template("{event}"),
                                    Template{}, text_template("5")));
  EXPECT_EQ(run.timeout, Duration{3s});
}

TEST(Load, ConditionsSayWhatTheyAreForTheRecordedReason) {
  auto const rule = only_rule(
      "triggers: [], actions: {log: x}, conditions: [{input: 2, is: high}, {relay: 1, is: off}, "
      "{time: \"08:00-17:00\", weekday: [mon, fri]}, {cron: \"* * * * *\"}]");
  std::vector<std::string> texts;
  for (auto const& condition : rule.conditions) texts.push_back(condition.text);
  EXPECT_THAT(texts, ElementsAre("input window is high", "relay strike is off",
                                 "time 08:00-17:00 on mon, fri", "cron * * * * *"));
}

TEST(Load, OneMistakeInALineOrARelayIsNotToldAgainByTheRulesThatReferToIt) {
  auto const loaded = load_text(
      "version: 1\ngpio: {chip: sim}\ninputs: {1: {name: door, line: 1, bias: no}}\n"
      "cameras: {door: {url: 5}}\n"
      "rules: [{name: r, triggers: {input: door}, actions: {snapshot: door}}]\n",
      "test.yaml");
  EXPECT_EQ(loaded.diagnostics.size(), 2u) << said(loaded);
}

TEST(Load, APositionWithinACronPatternIsThatOfTheMistake) {
  auto const loaded = load_text(
      with_rules("  - name: r\n    triggers:\n      cron: '75 * * * *'\n    actions: {log: x}\n"),
      "test.yaml");
  ASSERT_EQ(loaded.diagnostics.size(), 1u);
  EXPECT_EQ(loaded.diagnostics[0].at, (Position{11, 14}));
}

TEST(Load, ThousandsOfMistakesAreCutShort) {
  std::string rules;
  for (int i = 0; i < 5000; ++i) rules += "  - {nmae: x}\n";
  auto const loaded = load_text(with_rules(rules), "test.yaml");
  EXPECT_FALSE(loaded.site);
  EXPECT_EQ(loaded.diagnostics.size(), 1001u);
  EXPECT_THAT(loaded.diagnostics.back().message, HasSubstr("more mistakes"));
}

TEST(Load, TenThousandRulesFitIntoOneFile) {
  std::string rules;
  for (int i = 0; i < 10'000; ++i)
    rules +=
        "- {name: r" + std::to_string(i) + ", triggers: {input: 1}, actions: {snapshot: door}}\n";
  auto const loaded = load_text(with_rules(rules), "test.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(loaded.rules, 10'000u);
}

}  // namespace
}  // namespace snapcron
