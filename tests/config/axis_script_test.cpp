// A CRON script in a configuration, and the same as imported rules.
#include "config/load.hpp"

#include "folder.hpp"
#include "rules_around.hpp"

#include "core/printable.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

fs::path const printed{SOURCE_DIR "/tests/fuzz/corpus/axis"};

/// A site with all that the scripts ask for, and one more thing.
std::string site_with(std::string const& more) {
  return R"(version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: door, line: 1}
  2: {name: window, line: 2}
  3: {name: gate, line: 3}
  4: {name: tamper, line: 4}
  5: {name: button, line: 5}
relays: {1: {name: strike, line: 8}}
cameras:
  hall: {test_pattern: , buffer: {seconds: 60s}}
  yard: {test_pattern: }
  gate: {test_pattern: , buffer: {seconds: 10m}}
destinations:
  ftp.example.net: {url: "ftps://ftp.example.net", username: cam, password_file: pw}
  1.2.3.4: {url: "ftps://1.2.3.4", username: cam, password_file: pw}
  mail.example.net: {url: "smtps://mail.example.net", from: a@example.net, to: b@example.net}
)" + more;
}
std::string script_entry(std::string const& file) {
  return "axis_script: {file: " + file +
         ", ptz: \"http://10.0.0.5/axis-cgi/com/ptz.cgi\", username: root, password_file: pw, "
         "reboot: true}\n";
}

std::string errors(std::vector<Diagnostic> const& diagnostics) {
  std::string text;
  for (auto const& diagnostic : diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::error) text += to_text(diagnostic);
  return text;
}

TEST(AxisScript, IsTheSameAsWhatIsImportedOfIt) {
  std::size_t scripts = 0;
  for (auto const& entry : fs::directory_iterator{printed}) {
    if (entry.path().filename() == "broken") continue;
    ++scripts;
    SCOPED_TRACE(entry.path());
    Folder folder;
    folder.write("pw", "secret\n");
    auto const script = folder.write("unit.cron", contents(entry.path()));
    auto const by_script =
        load_site(folder.write("script.yaml", site_with(script_entry("unit.cron"))));
    ASSERT_TRUE(by_script.site) << said(by_script);
    EXPECT_GE(by_script.rules, 1u);

    auto const imported = import_axis_script(script, &by_script);
    ASSERT_TRUE(imported);
    ASSERT_EQ(errors(imported->diagnostics), "");
    folder.write("rules.d/unit.yaml", imported->rules);
    auto const by_rules =
        load_site(folder.write("rules.yaml", site_with("include: rules.d/unit.yaml\n")));
    ASSERT_TRUE(by_rules.site) << said(by_rules) << imported->rules;
    EXPECT_EQ(by_script.site->rules, by_rules.site->rules) << imported->rules;
  }
  EXPECT_GE(scripts, 15u);
}

TEST(AxisScript, IsImportedWithoutAConfigurationToo) {
  for (auto const& entry : fs::directory_iterator{printed}) {
    auto const text = contents(entry.path());
    if (text.find("ptz") != std::string::npos || text.find("-hard") != std::string::npos) continue;
    auto const imported = import_axis_script(entry.path(), nullptr);
    ASSERT_TRUE(imported);
    EXPECT_EQ(has_errors(imported->diagnostics), entry.path().filename() == "broken")
        << errors(imported->diagnostics);
  }
}

class WithScript : public testing::Test {
 protected:
  Loaded load(std::string const& script, std::string const& entry = "axis_script: unit.cron\n") {
    folder.write("unit.cron", script);
    return load_site(folder.write("snapcron.yaml", site_with(entry)));
  }
  Folder folder;
};

TEST_F(WithScript, TheButtonIsTheInputOfThatNameOrTheOneThatIsNamed) {
  auto const by_name = load("* * * * * /B:\nsnapshot;\n%\n");
  ASSERT_TRUE(by_name.site) << said(by_name);
  EXPECT_EQ(std::get<InputTrigger>(by_name.site->rules[0].triggers[0].what).input, 5u);

  auto const given =
      load("* * * * * /B:\nsnapshot;\n%\n", "axis_script: {file: unit.cron, button: 3}\n");
  ASSERT_TRUE(given.site) << said(given);
  EXPECT_EQ(std::get<InputTrigger>(given.site->rules[0].triggers[0].what).input, 3u);
}

TEST_F(WithScript, WithoutAnInputForTheButtonItIsToldWhatToWrite) {
  folder.write("unit.cron", "* * * * * :\nlog x;\n%\n* * * * * 1I1&/B:\nlog x;\n%\n");
  auto const loaded =
      load_site(folder.write("snapcron.yaml",
                             "version: 1\ngpio: {chip: sim}\ninputs: {1: {name: door, line: 1}}\n"
                             "storage: {directory: pictures}\naxis_script: unit.cron\n"));
  EXPECT_FALSE(loaded.site);
  EXPECT_THAT(errors(loaded.diagnostics),
              testing::HasSubstr("unit.cron:4:15: error: B is the Control button, and no input has "
                                 "the name 'button': give one that name, or write 'axis_script: "
                                 "{file: ..., button: INPUT}'"));
}

TEST_F(WithScript, ItsCamerasAreThoseOfTheConfigurationInTheirOrder) {
  auto const loaded = load("* * * * * :\nsnapshot -cam 2;\nsnapshot;\n%\n");
  ASSERT_TRUE(loaded.site) << said(loaded);
  auto const& actions = loaded.site->rules[0].actions;
  EXPECT_EQ(std::get<SnapshotAction>(actions[0].what).camera, "yard");
  EXPECT_EQ(std::get<SnapshotAction>(actions[1].what).camera, "hall");
}

TEST_F(WithScript, AnAlertIsSentByteByByte) {
  auto const loaded = load("* * * * * :\nalert -host 10.0.0.3 -message \"a{b}\\0x04\";\n%\n");
  ASSERT_TRUE(loaded.site) << said(loaded);
  auto const& alert = std::get<AlertAction>(loaded.site->rules[0].actions[0].what);
  EXPECT_EQ(alert.text.expand({}), "a{b}\x04");
  EXPECT_EQ(alert.port, 15);
}

TEST_F(WithScript, AnAlertMayHaveAnyByte) {
  auto const loaded =
      load("* * * * * :\nalert -host 10.0.0.3 -message \"\\0x00\\0x80\\0xff \\0x85\";\n%\n");
  ASSERT_TRUE(loaded.site) << said(loaded);
  auto const& alert = std::get<AlertAction>(loaded.site->rules[0].actions[0].what);
  EXPECT_TRUE(alert.latin_1);
  EXPECT_EQ(to_latin_1(alert.text.expand({})), (std::string{"\0\x80\xff \x85", 5}));
}

TEST_F(WithScript, AnImagesNameIsASize) {
  auto const loaded = load("* * * * * :\nsnapshot -src halfsize.jpg;\nsnapshot;\n%\n");
  ASSERT_TRUE(loaded.site) << said(loaded);
  auto const& actions = loaded.site->rules[0].actions;
  EXPECT_EQ(std::get<SnapshotAction>(actions[0].what).most, (PictureSize{176, 144}));
  EXPECT_EQ(std::get<SnapshotAction>(actions[1].what).most, PictureSize{});
}

TEST_F(WithScript, WhatRulesKnowBetterIsToldInTheScript) {
  auto const loaded = load("* * * * * /I1:\nsnapshot -cam 9;\nftp -host nas;\n%\n");
  EXPECT_FALSE(loaded.site);
  auto const text = said(loaded);
  auto const script = (folder.path() / "unit.cron").string();
  EXPECT_THAT(text, testing::HasSubstr(script + ":2:1: error: there is no camera '9'"));
  EXPECT_THAT(text, testing::HasSubstr(script + ":3:11: error: there is no destination 'nas'"));
}

TEST_F(WithScript, AWholeBufferNeedsACameraWithOne) {
  auto const script =
      "* * * * * BOOT:\nbuffer_init 2,2,20;\nbuffer_start -cam 2 -interval s1 "
      "-duration inf;\n%\n* * * * * /I1:\nbuffer_stop -cam 2;\n%\n";
  EXPECT_THAT(
      said(load(script)),
      testing::HasSubstr("unit.cron:6:1: error: 'pre_capture' needs a camera with a buffer: "
                         "add 'buffer: {seconds: 10s}' to camera 'yard'"));
}

TEST_F(WithScript, ItMayBeMissing) {
  auto const loaded =
      load_site(folder.write("snapcron.yaml", site_with("axis_script: no-such.cron\n")));
  EXPECT_THAT(errors(loaded.diagnostics), testing::HasSubstr(":19:14: error: cannot read "));
}

TEST_F(WithScript, ItsPasswordsAreNotShown) {
  auto const text =
      said(load("* * * * * :\nftp -host ftp.example.net -pass \"hush\" -user u -src x;\n%\n"));
  EXPECT_THAT(text, testing::HasSubstr("-pass \"****\""));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hush")));
}

TEST_F(WithScript, LettersOfTheNinetiesBecomeUtf8) {
  auto const loaded = load(
      "# D\xf6rr\n* * * * * :\nlog \"\x93"
      "D\xf6rr\x94\";\n%\n");
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(std::get<LogAction>(loaded.site->rules[0].actions[0].what).text.expand({}), "“Dörr”");
}

TEST_F(WithScript, CharactersThatNobodySeesAreToldWhereTheyStand) {
  EXPECT_THAT(said(load("* * * * * :\nlog \"a\xe2\x80\xa8"
                        "b\";\n%\n")),
              testing::HasSubstr("unit.cron:2:7: error: invisible character U+2028"));
}

}  // namespace
}  // namespace snapcron
