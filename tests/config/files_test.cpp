// What is read beside the configuration: includes, users, passwords; and what must not be read.

#include "config/load.hpp"

#include "../support/certificates.hpp"
#include "folder.hpp"
#include "rules_around.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <vector>

namespace snapcron {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> messages(Loaded const& loaded) {
  std::vector<std::string> texts;
  for (auto const& d : loaded.diagnostics)
    texts.push_back(fs::path{d.file}.filename().string() + ":" + std::to_string(d.at.line) + ":" +
                    std::to_string(d.at.column) + ": " + d.message);
  return texts;
}
std::string rule(std::string const& name) {
  return "  - {name: " + name + ", triggers: {startup: }, actions: {log: x}}\n";
}
std::vector<std::string> rule_names(Loaded const& loaded) {
  std::vector<std::string> names;
  if (loaded.site)
    for (auto const& r : loaded.site->rules) names.push_back(r.name);
  return names;
}

TEST(Includes, AddTheRulesOfTheirFilesInOrder) {
  Folder folder;
  folder.write("rules.d/b.yaml", "rules:\n" + rule("b"));
  folder.write("rules.d/a.yaml", "version: 1\nrules:\n" + rule("a"));
  folder.write("extra.yaml", "rules:\n" + rule("extra"));
  auto const file = folder.write(
      "snapcron.yaml",
      "version: 1\ninclude: [extra.yaml, rules.d/*.yaml, rules.d/a.yaml]\nrules:\n" + rule("own"));
  auto const loaded = load_site(file);
  EXPECT_EQ(said(loaded), "");
  EXPECT_THAT(rule_names(loaded), ElementsAre("own", "extra", "a", "b"));
  EXPECT_EQ(loaded.rules, 4u);
}

TEST(Includes, AreFoundFromAnywhereAndInFoldersWithOddNames) {
  Folder folder;
  folder.write("a[b]*/rules.d/a.yaml", "rules:\n" + rule("a"));
  auto const file = folder.write("a[b]*/snapcron.yaml", "version: 1\ninclude: rules.d/*.yaml\n");
  EXPECT_THAT(rule_names(load_site(file)), ElementsAre("a"));

  auto const before = fs::current_path();
  fs::current_path(file.parent_path());
  auto const loaded = load_site("snapcron.yaml");
  fs::current_path(before);
  EXPECT_THAT(rule_names(loaded), ElementsAre("a"));
  EXPECT_EQ(loaded.site->file, file);
}

TEST(Includes, APatternThatMatchesNothingIsNoMistake) {
  Folder folder;
  EXPECT_EQ(said(load_site(folder.write("snapcron.yaml", "version: 1\ninclude: rules.d/*.yaml\n"))),
            "");
}

TEST(Includes, HoldRulesOnly) {
  Folder folder;
  folder.write("rules.d/a.yaml", "version: 2\nrelays: {}\nrulse: []\nrules:\n" + rule("a"));
  folder.write("rules.d/b.yaml", "triggers: {}\n");
  auto const loaded =
      load_site(folder.write("snapcron.yaml", "version: 1\ninclude: [rules.d/*.yaml]\n"));
  EXPECT_THAT(
      messages(loaded),
      ElementsAre(
          "a.yaml:1:10: 'version' must be 1: that is what this snapcron reads",
          "a.yaml:2:1: 'relays' belongs into the configuration itself: this file holds rules only",
          "a.yaml:3:1: unknown key 'rulse' in a file with rules",
          "b.yaml:1:1: a file with rules has no 'rules'",
          "b.yaml:1:1: unknown key 'triggers' in a file with rules"));
}

TEST(Includes, ANameThatStandsInTwoFilesIsTold) {
  Folder folder;
  folder.write("a.yaml", "rules:\n" + rule("photo"));
  auto const loaded = load_site(
      folder.write("snapcron.yaml", "version: 1\ninclude: a.yaml\nrules:\n" + rule("photo")));
  EXPECT_THAT(messages(loaded),
              ElementsAre("a.yaml:2:12: a rule 'photo' stands already in snapcron.yaml:4"));
}

TEST(Includes, ReferToTheNamesOfTheConfiguration) {
  Folder folder;
  folder.write("a.yaml",
               "rules:\n  - {name: a, triggers: {input: dor}, actions: {snapshot: door}}\n");
  auto const loaded =
      load_site(folder.write("snapcron.yaml",
                             "version: 1\ngpio: {chip: sim}\ninputs: {1: {name: door, line: 1}}\n"
                             "cameras: {door: {test_pattern: }}\ninclude: a.yaml\n"));
  EXPECT_THAT(messages(loaded), ElementsAre("a.yaml:2:33: there is no input 'dor'"));
}

TEST(Includes, DoNotLeaveTheFolderBySymbolicLinks) {
  Folder outside, folder;
  auto const target = outside.write("evil.yaml", "rules:\n" + rule("evil"));
  fs::create_symlink(target, folder.path() / "link.yaml");
  fs::create_directory_symlink(outside.path(), folder.path() / "rules.d");
  auto const loaded = load_site(
      folder.write("snapcron.yaml", "version: 1\ninclude: [link.yaml, rules.d/*.yaml]\n"));
  EXPECT_FALSE(loaded.site);
  ASSERT_EQ(loaded.diagnostics.size(), 2u) << said(loaded);
  for (auto const& d : loaded.diagnostics)
    EXPECT_THAT(d.message, HasSubstr("leaves the folder of the configuration"));
}

TEST(Includes, OfTheConfigurationItselfAreNoLoop) {
  Folder folder;
  folder.write("more.yaml", "rules:\n" + rule("more"));
  EXPECT_THAT(
      rule_names(load_site(folder.write("snapcron.yaml", "version: 1\ninclude: '*.yaml'\n"))),
      ElementsAre("more"));
  EXPECT_THAT(
      messages(load_site(folder.write("snapcron.yaml", "version: 1\ninclude: snapcron.yaml\n"))),
      ElementsAre("snapcron.yaml:2:10: the configuration includes itself"));
}

TEST(Files, WhatIsNoRegularFileIsRefusedAtOnce) {
  Folder folder;
  auto const fifo = folder.path() / "fifo.yaml";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(said(load_site(fifo)), HasSubstr("it is not a regular file"));
  EXPECT_THAT(said(load_site("/dev/zero")), HasSubstr("it is not a regular file"));
  EXPECT_THAT(said(load_site(folder.path())), HasSubstr("it is a folder"));
  EXPECT_THAT(said(load_site(folder.path() / "none.yaml")), HasSubstr("No such file or directory"));
  EXPECT_THAT(said(load_site(folder.write("big.yaml", std::string(1'000'001, '#')))),
              HasSubstr("it is larger than 1000000 bytes"));
}

std::string const camera =
    "version: 1\ncameras:\n  door: {url: \"https://cam/a.jpg\", username: root, password_file: "
    "door.pw}\n";

Loaded with_password(std::string const& text, mode_t mode = 0600) {
  Folder folder;
  folder.write("door.pw", text, mode);
  return load_site(folder.write("snapcron.yaml", camera));
}
std::string password(Loaded const& loaded) {
  return loaded.site ? std::get<UrlCamera>(loaded.site->cameras.at(0).source).password : "no site";
}

TEST(PasswordFile, LosesOneLineEndOnly) {
  EXPECT_EQ(password(with_password("geheim")), "geheim");
  EXPECT_EQ(password(with_password("geheim\n")), "geheim");
  EXPECT_EQ(password(with_password("geheim\r\n")), "geheim");
  EXPECT_EQ(password(with_password(" spaces stay \n")), " spaces stay ");
}

TEST(PasswordFile, ThatOthersMayReadIsAWarning) {
  auto const loaded = with_password("geheim", 0644);
  EXPECT_TRUE(loaded.site);
  EXPECT_THAT(said(loaded), HasSubstr("warning: "));
  EXPECT_THAT(said(loaded), HasSubstr("can be read by everybody"));
  EXPECT_EQ(said(with_password("geheim", 0640)), "");
}

TEST(PasswordFile, ThatIsMissingIsAWarning) {
  Folder folder;
  auto const loaded = load_site(folder.write("snapcron.yaml", camera));
  EXPECT_TRUE(loaded.site);
  EXPECT_THAT(said(loaded), HasSubstr("warning: cannot read "));
}

TEST(PasswordFile, WithoutOnePasswordIsAnErrorThatDoesNotShowIt) {
  for (auto const& text : {std::string{}, std::string{"\n"}, std::string{"canary\nsecond\n"},
                           std::string{"canary\0", 7}, std::string(5000, 'x')}) {
    auto const loaded = with_password(text);
    EXPECT_FALSE(loaded.site) << text.substr(0, 20);
    EXPECT_THAT(said(loaded), Not(HasSubstr("canary")));
  }
}

TEST(PasswordFile, OverPlainHttpIsAWarningUnlessTheCameraIsThisMachine) {
  Folder folder;
  folder.write("door.pw", "x");
  auto const with_url = [&](std::string const& url) {
    return said(load_site(
        folder.write("snapcron.yaml", "version: 1\ncameras:\n  door: {url: \"" + url +
                                          "\", username: root, password_file: door.pw}\n")));
  };
  EXPECT_THAT(with_url("http://192.168.1.20/a.jpg"),
              HasSubstr("warning: the password of camera 'door'"));
  for (auto const* good : {"https://192.168.1.20/a.jpg", "http://127.0.0.1:8000/a.jpg",
                           "http://localhost/a.jpg", "http://[::1]/a.jpg"})
    EXPECT_EQ(with_url(good), "") << good;
}

Loaded with_users(std::string const& text, mode_t mode = 0600) {
  Folder folder;
  folder.write("users", text, mode);
  return load_site(folder.write(
      "snapcron.yaml", "version: 1\nhttp: {listen: \"0.0.0.0:8080\", users_file: users}\n"));
}

TEST(UsersFile, HasItsOwnPositions) {
  auto const loaded = with_users(
      "# NAME:HASH[:viewer]\nanna:$y$j9T$abc$def\nanna:$y$j9T$abc$def\nbert\n:x\n"
      "carl:canary\ndora:$6$abc$def123456:admin\n\n  \neva:$5$rounds=5000$abc$def:viewer\n");
  EXPECT_THAT(messages(loaded),
              ElementsAre("users:3:1: user 'anna' stands twice",
                          "users:4:1: a user's line is NAME:HASH or NAME:HASH:viewer (snapcron "
                          "passwd NAME makes one)",
                          "users:5:1: a user's name has 1 to 64 printable characters and no blanks",
                          "users:6:6: this is no crypt(3) hash, such as snapcron passwd carl makes",
                          "users:7:23: after the hash only ':viewer' may follow"));
}

TEST(UsersFile, IsNeverShown) {
  auto const text = said(with_users("carl:canary\ndora:$6$canary$canary123456:admin\ncanary\n"));
  EXPECT_FALSE(text.empty());
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST(UsersFile, WithoutUsersIsAnErrorOnAnyAddress) {
  Folder folder;
  folder.write("users", "# nobody yet\n");
  for (auto const* listen : {"0.0.0.0:8080", "127.0.0.1:8080"}) {
    auto const loaded =
        load_site(folder.write("snapcron.yaml", std::string{"version: 1\nhttp: {listen: \""} +
                                                    listen + "\", users_file: users}\n"));
    EXPECT_FALSE(loaded.site);
    EXPECT_THAT(said(loaded), HasSubstr("holds no user"));
  }
}

TEST(UsersFile, ThatOthersMayReadIsAWarning) {
  auto const loaded = with_users("anna:$y$j9T$abc$def\n", 0644);
  EXPECT_TRUE(loaded.site);
  EXPECT_THAT(said(loaded), HasSubstr("can be read by everybody"));
}

std::string with_tls(TlsSpec const& tls, mode_t mode = 0600) {
  Folder folder;
  folder.write("tls/cert.pem", tls.certificate);
  folder.write("tls/key.pem", tls.key, mode);
  auto const loaded = load_site(folder.write(
      "snapcron.yaml", "version: 1\nhttp: {tls: {certificate: tls/cert.pem, key: tls/key.pem}}\n"));
  EXPECT_EQ(loaded.site.has_value(), !has_errors(loaded.diagnostics));
  if (!loaded.site) return said(loaded);
  EXPECT_TRUE(loaded.site->http->tls);
  EXPECT_EQ(loaded.site->http->tls->certificate_file, folder.path() / "tls/cert.pem");
  EXPECT_EQ(loaded.site->http->tls->certificate, tls.certificate);
  EXPECT_EQ(loaded.site->http->tls->key, tls.key);
  return said(loaded);
}

TEST(TlsFiles, AreReadAndStartAtTheConfigurationsFolder) {
  EXPECT_EQ(with_tls(TestCertificate{}.spec()), "");
}

TEST(TlsFiles, WithAMistakeAreAnErrorAtTheirWord) {
  auto tls = TestCertificate{}.spec();
  tls.key = TestCertificate{}.key();
  EXPECT_THAT(with_tls(tls), HasSubstr(":2:27: error: the key in "));
  EXPECT_THAT(with_tls({{}, {}, "x", "y"}), HasSubstr("holds no certificate in PEM"));
}

TEST(TlsFiles, ThatAreMissingAreErrorsBoth) {
  Folder folder;
  auto const text = said(
      load_site(folder.write("a.yaml", "version: 1\nhttp: {tls: {certificate: c, key: k}}\n")));
  EXPECT_THAT(text, HasSubstr("/c: No such file"));
  EXPECT_THAT(text, HasSubstr("/k: No such file"));
  EXPECT_THAT(said(load_text("version: 1\nhttp: {tls: {certificate: c}}\n", "t")),
              HasSubstr("tls has no 'key'"));
}

TEST(TlsFiles, WithAKeyThatOthersMayReadOrAnOldCertificateAreAWarning) {
  EXPECT_THAT(with_tls(TestCertificate{}.spec(), 0644),
              HasSubstr("tls/key.pem can be read by everybody"));
  EXPECT_THAT(with_tls(TestCertificate{{.until = -std::chrono::minutes{1}}}.spec()),
              HasSubstr("warning: the certificate in "));
}

TEST(TlsFiles, AreNeverShown) {
  auto tls = TestCertificate{}.spec();
  auto const secret = tls.key.substr(40, 20);
  std::swap(tls.key, tls.certificate);
  EXPECT_THAT(with_tls(tls), Not(HasSubstr(secret)));
}

TEST(TlsFiles, DoNotReplacePasswords) {
  EXPECT_THAT(said(load_text("version: 1\nhttp: {listen: \"0.0.0.0:443\", tls: {certificate: c, "
                             "key: k}}\n",
                             "t")),
              HasSubstr("needs passwords"));
}

TEST(Secrets, InTheConfigurationAreNotRepeatedInItsDiagnostics) {
  for (auto const* text :
       {"version: 1\ncameras:\n  a: {url: \"http://root:canary@10.0.0.2/a.jpg\", foo: 1}\n",
        "version: 1\ncameras:\n  a: {url: \"ftp://root:canary@10.0.0.2/a.jpg\"}\n",
        "version: 1\ncameras:\n  a: {url: \"http://x/\", password: canary}\n",
        "version: 1\ncameras:\n  a: {url: \"http://x/\", password: \"can,canary\"}\n",
        "version: 1\ncameras:\n  a:\n    url: 'http://x/'\n    password: canary\n"}) {
    auto const loaded = load_text(text, "test.yaml");
    EXPECT_FALSE(loaded.site);
    EXPECT_THAT(said(loaded), Not(HasSubstr("canary"))) << text;
  }
}

TEST(Listen, OnOtherAddressesThanLoopbackNeedsUsers) {
  for (auto const* good :
       {"127.0.0.1:8080", "127.8.0.1:1", "[::1]:8080", "[::ffff:127.0.0.1]:80"}) {
    auto const loaded =
        load_text(std::string{"version: 1\nhttp: {listen: \""} + good + "\"}\n", "t");
    EXPECT_TRUE(loaded.site) << said(loaded);
  }
  for (auto const* bad : {"0.0.0.0:80", "192.168.1.2:80", "[::]:80", "[fe80::1]:80"}) {
    auto const loaded =
        load_text(std::string{"version: 1\nhttp: {listen: \""} + bad + "\"}\n", "t");
    EXPECT_THAT(said(loaded), HasSubstr("needs passwords")) << bad;
  }
  for (auto const* bad :
       {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.1:80", "[::1:80", "[]:80",
        "[127.0.0.1]:80", "door:80", "*:80", "127.0.0.1:8x", "[::1]80"}) {
    auto const loaded =
        load_text(std::string{"version: 1\nhttp: {listen: \""} + bad + "\"}\n", "t");
    EXPECT_THAT(said(loaded), HasSubstr("'listen' ")) << bad;
  }
}

TEST(RulesFile, IsRecognisedByItsKeys) {
  Folder folder;
  EXPECT_TRUE(is_rules_file(folder.write("a.yaml", "rules: []\n")));
  EXPECT_TRUE(is_rules_file(folder.write("b.yaml", "version: 1\nrules: []\n")));
  EXPECT_FALSE(is_rules_file(folder.write("c.yaml", "version: 1\n")));
  EXPECT_FALSE(is_rules_file(folder.write("d.yaml", "rules: []\ngpio: {chip: sim}\n")));
  EXPECT_FALSE(is_rules_file(folder.write("e.yaml", "rules: [\n")));
  EXPECT_FALSE(is_rules_file(folder.path() / "none.yaml"));
}

TEST(RulesFile, IsCheckedWithoutReferencesOrAgainstASite) {
  Folder folder;
  auto const file = folder.write("mine.yaml",
                                 "rules:\n  - {name: a, triggers: {input: nobody}, actions: "
                                 "[{snapshot: nothing}, {relay: 7, pulse: }]}\n");

  auto const alone = check_rules_file(file, nullptr);
  EXPECT_EQ(said(alone), "");
  EXPECT_EQ(alone.rules, 1u);
  EXPECT_TRUE(alone.rules_only);
  EXPECT_FALSE(alone.site);

  auto const site = load_text("version: 1\ncameras: {door: {test_pattern: }}\n", "site.yaml");
  ASSERT_TRUE(site.site);
  EXPECT_THAT(messages(check_rules_file(file, &*site.site)),
              ElementsAre("mine.yaml:2:33: there is no input 'nobody': the configuration has none",
                          "mine.yaml:2:63: there is no camera 'nothing': the only one is door",
                          "mine.yaml:2:81: there is no relay '7': the configuration has none"));
}

TEST(RulesFile, WithMistakesIsToldLikeAnyOther) {
  Folder folder;
  auto const loaded = check_rules_file(
      folder.write("mine.yaml", "rules:\n  - {name: a, triggers: {inptu: 1}}\n"), nullptr);
  EXPECT_EQ(loaded.diagnostics.size(), 2u) << said(loaded);
  EXPECT_FALSE(check_rules_file(folder.path() / "none.yaml", nullptr).diagnostics.empty());
}

}  // namespace
}  // namespace snapcron
