// What a script means in the words of rules: the text that the daemon reads and import-axis prints.
#include "axis/rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace snapcron {
namespace {

class AxisTranslation : public testing::Test {
 protected:
  std::string said;  // of the latest translation: "LINE:COLUMN MESSAGE", one a line

  AxisYaml yaml(std::string const& text) {
    std::vector<Diagnostic> mistakes;
    auto const script = parse_axis_script(text, mistakes);
    auto const rules = translate(script, settings, mistakes);
    said.clear();
    for (auto const& mistake : mistakes)
      said += std::to_string(mistake.at.line) + ":" + std::to_string(mistake.at.column) + " " +
              mistake.message +
              (mistake.suggestion.empty() ? "" : " (" + mistake.suggestion + "?)") + "\n";
    return write_yaml(rules, script.comments);
  }
  std::string rules(std::string const& text) { return yaml(text).text; }
  /// The lines between the rule's name and its actions.
  std::string triggers(std::string const& trigger) {
    auto const text = rules(trigger + "\nlog x;\n%\n");
    auto const begin = text.find("    triggers:");
    return text.substr(begin, text.find("    actions:") - begin);
  }
  /// The lines of the actions of a script's last rule.
  std::string actions(std::string const& commands) {
    auto const text = rules("* * * * * :\n" + commands + "\n%\n");
    auto const begin = text.rfind("    actions:\n");
    return begin == std::string::npos ? "" : text.substr(begin + 13);
  }

  AxisSettings settings;
};

TEST_F(AxisTranslation, IsAFileOfRulesWithTheCommentsOfTheScript) {
  EXPECT_EQ(
      rules("# Door.\n* * * * * /I1:\n# First\nalert -host 10.0.0.3 -message \"a\";\nsleep 2;\n%\n"
            "# Boot.\n* * * * * BOOT:\nlog up;\n%\n# the end\n"),
      "rules:\n"
      "  # Door.\n"
      "  - name: axis-1\n"
      "    triggers: {input: 1, edge: rising}\n"
      "    actions:\n"
      "      # First\n"
      "      - {alert: \"10.0.0.3:15\", text: a}\n"
      "      - {delay: 2s}\n"
      "  # Boot.\n"
      "  - name: axis-2\n"
      "    triggers: {startup: }\n"
      "    actions:\n"
      "      - {log: up}\n"
      "# the end\n");
}

TEST_F(AxisTranslation, KnowsWhichPlaceEachPartComesFrom) {
  auto const text = yaml("* * * * * /I1&0I2:\nalert -host \"x\" -message \"y\";\n%\n");
  auto const origin = [&](char const* part) { return text.origin(text.text.find(part)); };
  EXPECT_EQ(origin("{input: 1"), (Position{1, 11}));
  EXPECT_EQ(origin("{input: 2"), (Position{1, 15}));
  EXPECT_EQ(origin("x:15"), (Position{2, 13}));
  EXPECT_EQ(origin("text"), (Position{2, 26}));
}

TEST_F(AxisTranslation, OfATimeIsACronTrigger) {
  EXPECT_EQ(triggers("3 10,12,14 4-8 * * :"), "    triggers: {cron: \"3 10,12,14 4-8 * *\"}\n");
  EXPECT_EQ(triggers("0 0 * * 0 * :"), "    triggers: {cron: \"0 0 * * 0\"}\n");
}

TEST_F(AxisTranslation, OfEdgesLevelsAndTimesIsOneTriggerAndConditions) {
  EXPECT_EQ(triggers("* * * * * /I1:"), "    triggers: {input: 1, edge: rising}\n");
  EXPECT_EQ(triggers("0 8-17 * * 1-5 \\I2:"),
            "    triggers: {input: 2, edge: falling}\n"
            "    conditions: {cron: \"0 8-17 * * 1-5\"}\n");
  EXPECT_EQ(triggers("* * * * * 0I1&/I2:"),
            "    triggers: {input: 2, edge: rising}\n"
            "    conditions: {input: 1, is: low}\n");
  EXPECT_EQ(triggers("* * * * * \\B&1I1:"),
            "    triggers: {input: button, edge: falling}\n"
            "    conditions: {input: 1, is: high}\n");
  EXPECT_EQ(triggers("0 8 * * * BOOT&1I1:"),
            "    triggers: {startup: }\n"
            "    conditions:\n"
            "      - {input: 1, is: high}\n"
            "      - {cron: \"0 8 * * *\"}\n");
}

TEST_F(AxisTranslation, OfTwoEdgesAsksThatBothCameWithinOneLookOfTheOldUnits) {
  EXPECT_EQ(triggers("* * * * * /I1&\\I2:"),
            "    triggers:\n"
            "      - {input: 1, edge: rising}\n"
            "      - {input: 2, edge: falling}\n"
            "    conditions:\n"
            "      - {input: 1, is: high}\n"
            "      - {not: {input: 1, is: high, for: 200ms}}\n"
            "      - {input: 2, is: low}\n"
            "      - {not: {input: 2, is: low, for: 200ms}}\n");
}

TEST_F(AxisTranslation, OfLevelsFiresWhenTheLastOfThemComesOrTheTimeDoes) {
  EXPECT_EQ(triggers("* * * * * 0I2&1I4 :"),
            "    triggers:\n"
            "      - {input: 2, edge: falling}\n"
            "      - {input: 4, edge: rising}\n"
            "    conditions:\n"
            "      - {input: 2, is: low}\n"
            "      - {input: 4, is: high}\n");
  EXPECT_EQ(triggers("* 8-17 * * * 1I1 :"),
            "    triggers:\n"
            "      - {input: 1, edge: rising}\n"
            "      - {cron: \"0 8 * * *\"}\n"
            "    conditions:\n"
            "      - {input: 1, is: high}\n"
            "      - {cron: \"* 8-17 * * *\"}\n");
}

TEST_F(AxisTranslation, OfTheButtonIsTheInputThatTheConfigurationNames) {
  settings.button = "bell push";
  EXPECT_EQ(triggers("* * * * * /B :"), "    triggers: {input: \"bell push\", edge: rising}\n");
}

TEST_F(AxisTranslation, OfBootAndAnEdgeIsAnError) {
  triggers("* * * * * BOOT&/I1:");
  EXPECT_EQ(said, "1:16 BOOT and an edge never come together: write an entry for each of them\n");
}

TEST_F(AxisTranslation, OfSnapshotTakesAPictureAndSwitchesTheRelayBefore) {
  EXPECT_EQ(actions("snapshot;"), "      - {snapshot: 1}\n");
  EXPECT_EQ(actions("snapshot -src hugesize.jpg -cam 3 -relay on;"),
            "      - {relay: 1, set: on}\n      - {snapshot: 3, width: 704, height: 576}\n");
  EXPECT_EQ(actions("snapshot -relay pulse;"),
            "      - {relay: 1, pulse: }\n      - {snapshot: 1}\n");
  actions("snapshot -src fulsize.jpg -relay open;");
  EXPECT_EQ(said,
            "2:15 there is no image 'fulsize.jpg': halfsize.jpg, fullsize.jpg, hugesize.jpg, "
            "zoom.jpg and lastshot.jpg are (fullsize.jpg?)\n"
            "2:34 '-relay' must be on, off or pulse, not 'open'\n");
}

TEST_F(AxisTranslation, OfRelayAndOfItsMisprint) {
  EXPECT_EQ(actions("relay -on;"), "      - {relay: 1, set: on}\n");
  EXPECT_EQ(actions("reset -off;"), "      - {relay: 1, set: off}\n");
  EXPECT_EQ(said,
            "2:1 'reset' is taken for 'relay' here: that is what the manual's misprint means\n");
  actions("relay;");
  EXPECT_EQ(said, "2:1 'relay' needs one of -on and -off\n");
}

TEST_F(AxisTranslation, OfResetReloadsAndRestartsTheComputerOnlyByLeave) {
  EXPECT_EQ(actions("reset -soft;"), "      - {run: [snapcron, reload]}\n");
  actions("reset -hard;");
  EXPECT_EQ(said,
            "2:1 'reset -hard' would restart this computer, which needs a leave: write "
            "'axis_script: {file: ..., reboot: true}'\n");
  settings.reboot = true;
  EXPECT_EQ(actions("reset -hard;"), "      - {run: [systemctl, reboot]}\n");
  EXPECT_EQ(said, "");
}

TEST_F(AxisTranslation, OfTextsKeepsEveryCharacter) {
  EXPECT_EQ(actions("log \"a {b} \\\"c\\\" \\0x04 # d\";"),
            "      - {log: \"a {{b}} \\\"c\\\" \\x04 # d\"}\n");
  EXPECT_EQ(actions("alert -host 2001:db8::1 -port 4000 -message null;"),
            "      - {alert: \"[2001:db8::1]:4000\", text: \"null\"}\n");
}

TEST_F(AxisTranslation, OfSleepIsADelay) {
  EXPECT_EQ(actions("sleep 30;"), "      - {delay: 30s}\n");
  EXPECT_EQ(actions("sleep m6s40;"), "      - {delay: 6m40s}\n");
  EXPECT_EQ(actions("sleep 0;"), "      - {log: \"sleep: no time at all\"}\n");
  actions("sleep a while;");
  EXPECT_EQ(said,
            "2:9 'while' does not belong to 'sleep': is a ';' missing before it?\n"
            "2:7 'sleep' needs a number of seconds: sleep 30;\n");
}

TEST_F(AxisTranslation, OfOnlineAndOfflineIsAWarningAndALineInTheLog) {
  EXPECT_EQ(actions("online -dial 1234567 -user \"U\" -pass \"P\";"),
            "      - {log: \"online: nothing is dialled here\"}\n");
  EXPECT_EQ(said, "2:1 'online' does nothing here: the network is the computer's own\n");
}

TEST_F(AxisTranslation, OfPtzIsARequestToTheCamera) {
  settings.ptz = "http://192.168.1.20/axis-cgi/com/ptz.cgi";
  settings.username = "root";
  settings.password_file = "/etc/snapcron/ptz.pw";
  EXPECT_EQ(actions("ptz -cam 2 -pan -45 -gotoserverpresetname \"the gate\";"),
            "      - {http: \"http://192.168.1.20/axis-cgi/com/ptz.cgi?camera=2&pan=-45&"
            "gotoserverpresetname=the%20gate\", username: root, password_file: "
            "\"/etc/snapcron/ptz.pw\"}\n");
  settings.ptz.clear();
  actions("ptz -pan 1;");
  EXPECT_EQ(said,
            "2:1 'ptz' needs to know where: write 'axis_script: {file: ..., ptz: "
            "\"http://CAMERA/axis-cgi/com/ptz.cgi\"}'\n");
}

TEST_F(AxisTranslation, OfFtpSendsThePictureBeforeIt) {
  EXPECT_EQ(
      actions(
          "snapshot;\nftp -host nas -src lastshot.jpg -temp tmp.jpg -dest image.jpg -suffix date;"),
      "      - {snapshot: 1, filename: \"image{time:%Y-%m-%d_%H_%M_%S}.jpg\", to: nas}\n");
  EXPECT_EQ(actions("snapshot;\nftp -host nas;\nftp -host 10.0.0.9;"),
            "      - {snapshot: 1, to: [nas, \"10.0.0.9\"]}\n");
  EXPECT_EQ(actions("ftp -src fullsize.jpg -cam 2;"),
            "      - {snapshot: 2, width: 352, height: 288, to: ftp}\n");
  EXPECT_EQ(actions("ftp -host nas -user u -pass p -src lastshot.jpg;"),
            "      - {snapshot: 1, to: nas}\n");
  EXPECT_EQ(said,
            "2:1 no snapshot stands before this command: it takes a new picture, not the one that "
            "is lastshot.jpg by then\n"
            "2:1 user and password are those of the destination 'nas', not the script's\n");
}

TEST_F(AxisTranslation, OfMailPutsThePictureIntoIt) {
  EXPECT_EQ(actions("mail -host m.example.net -subject \"Door\" -message \"open\";"),
            "      - {mail: m.example.net, subject: Door, text: open, picture: false}\n");
  EXPECT_EQ(
      actions("mail -src fullsize.jpg -subject \"Door\";"),
      "      - {snapshot: 1, width: 352, height: 288}\n      - {mail: mail, subject: Door}\n");
}

TEST_F(AxisTranslation, OfAnEndlessBufferIsTheCamerasOwn) {
  auto const script =
      "* * * * * BOOT :\n"
      "buffer_init 1,1,60:1,3,5;\n"
      "buffer_start -src halfsize.jpg -interval s1 -duration inf;\n"
      "%\n"
      "* * * * * /I1:\n";
  auto const stopped = [&](std::string const& commands) {
    auto const text = rules(script + commands + "\n%\n");
    return text.substr(text.rfind("    actions:\n") + 13);
  };
  EXPECT_EQ(stopped("buffer_stop -src halfsize.jpg -interval s1 -store 10;\n"
                    "ftp -host nas -src buffer.jpg?imagetype=halfsize.jpg -dest Halfsize -suffix "
                    "sequence;\n"
                    "buffer_start -src halfsize.jpg -interval s1 -duration inf;"),
            "      - {snapshot: 1, pre_capture: 50s, post_capture: 10s, interval: 1s, width: 176, "
            "height: 144, filename: \"Halfsize_{seq}.jpg\", to: nas}\n"
            "      - {log: \"buffer_start: the camera's own buffer is always filled\"}\n");
  EXPECT_EQ(stopped("sleep 20;\nbuffer_stop -src halfsize.jpg;"),
            "      - {delay: 20s}\n"
            "      - {snapshot: 1, pre_capture: 40s, post_capture: 20s, interval: 1s, width: 176, "
            "height: 144}\n");
  EXPECT_EQ(stopped("buffer_stop -src halfsize.jpg -interval s2 -duration s6;"),
            "      - {snapshot: 1, pre_capture: 57s, interval: 1s, width: 176, height: 144}\n"
            "      - {snapshot: 1, post_capture: 6s, interval: 2s, width: 176, height: 144}\n");
  EXPECT_EQ(stopped("ftp -host nas -src /images/buffer.jpg?imagetype=halfsize.jpg;"),
            "      - {snapshot: 1, pre_capture: 1m, interval: 1s, width: 176, height: 144, to: "
            "nas}\n");
}

TEST_F(AxisTranslation, OfABufferStopWithoutAnEndIsTheEndOfItsEntry) {
  std::string const script =
      "* * * * * BOOT :\nbuffer_init 1,1,60;\n%\n* * * * * /I1:\nalert -host x -message y;\n"
      "buffer_stop -src halfsize.jpg -interval s2 -duration inf;\n";
  auto const text = rules(script + "%\n");
  EXPECT_EQ(said, "");
  EXPECT_EQ(text.substr(text.rfind("    actions:\n") + 13),
            "      - {alert: \"x:15\", text: y}\n"
            "      - {log: \"buffer_stop: the camera's own buffer is always filled\"}\n");
  rules(script + "snapshot;\nsleep 1;\n%\n");
  EXPECT_EQ(said,
            "7:1 this would wait for a buffer_init: a buffer_stop with '-duration inf' goes on "
            "until then. Put it behind that buffer_init\n");
  // It fills the buffer, as a buffer_start would.
  EXPECT_NE(rules(script + "%\n* * * * * /I2:\nftp -src buffer.jpg?imagetype=halfsize.jpg;\n%\n")
                .find("{snapshot: 1, pre_capture: 2m, interval: 2s, width: 176, height: 144, to: "
                      "ftp}"),
            std::string::npos);
  EXPECT_EQ(said, "");
}

TEST_F(AxisTranslation, OfImagesOfOneCameraIsASizeEach) {
  EXPECT_EQ(actions("snapshot -src halfsize.jpg;\nsnapshot -src fullsize.jpg;\nsnapshot -src "
                    "hugesize.jpg;\nsnapshot -src zoom.jpg;\nsnapshot;"),
            "      - {snapshot: 1, width: 176, height: 144}\n"
            "      - {snapshot: 1, width: 352, height: 288}\n"
            "      - {snapshot: 1, width: 704, height: 576}\n"
            "      - {snapshot: 1}\n"
            "      - {snapshot: 1}\n");
}

TEST_F(AxisTranslation, OfBytesThatAreNoTextIsAnAlertInLatin1) {
  EXPECT_EQ(
      actions("alert -host x -message \"\\0x02\\0x00\\0x80\\0xFF end\";"),
      "      - {alert: \"x:15\", text: \"\\x02\u2400\\x80\u00ff end\", encoding: latin-1}\n");
  EXPECT_EQ(said, "");
  actions("log \"a\\0x80\";\nalert -host \"x\\0x00\" -message y;");
  EXPECT_EQ(said,
            "2:7 only the message of an alert may have this byte: other texts are UTF-8 here\n"
            "3:15 only the message of an alert may have this byte: other texts are UTF-8 here\n");
}

TEST_F(AxisTranslation, OfARecordingInTheBackgroundIsARuleBesideTheEntrys) {
  EXPECT_EQ(rules("# Both.\n* * * * * /I1:\nbuffer_init 1,2,20;\nsleep 1;\n# Beside.\nbuffer_start "
                  "-interval s2 -store 30;\nalert -host x -message y;\nftp -host nas -src "
                  "buffer.jpg?imagetype=fullsize.jpg;\n%\n"),
            "rules:\n"
            "  # Both.\n"
            "  - name: axis-1\n"
            "    triggers: {input: 1, edge: rising}\n"
            "    actions:\n"
            "      - {log: \"buffer_init: the cameras' own buffers are always there\"}\n"
            "      - {delay: 1s}\n"
            "      - {alert: \"x:15\", text: y}\n"
            "  - name: axis-1-recording\n"
            "    triggers: {input: 1, edge: rising}\n"
            "    actions:\n"
            "      - {delay: 1s}\n"
            "      # Beside.\n"
            "      - {snapshot: 1, count: 20, interval: 2s, width: 352, height: 288, to: nas}\n");
}

TEST_F(AxisTranslation, OfABufferThatNobodyMadeIsAnError) {
  actions("buffer_start -src hugesize.jpg -store 3;");
  EXPECT_EQ(said,
            "2:1 no buffer_init of this script makes a buffer for camera 1 and hugesize.jpg\n");
  actions("buffer_init 1,4,25;");
  EXPECT_EQ(said,
            "2:13 a buffer is CAMERA,IMAGE,SIZE such as 1,2,25, with IMAGE 1 for halfsize, 2 for "
            "fullsize, 3 for hugesize; a ':' stands between two of them\n");
}

TEST_F(AxisTranslation, TellsWordsThatItDoesNotKnow) {
  actions("snapshto;\nalert -hots x -message y;\nrelay -on off;");
  EXPECT_EQ(said,
            "2:1 there is no command 'snapshto' (snapshot?)\n"
            "3:7 'alert' has no option '-hots' (-host?)\n"
            "3:1 'alert' needs -host and -message\n"
            "4:11 '-on' takes no value: is a ';' missing before 'off'?\n");
}

}  // namespace
}  // namespace snapcron
