// `destinations:`, `retention`, and what of a rule leads to them.

#include "folder.hpp"
#include "rules_around.hpp"

#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char const* key = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

Template remote(char const* text) {
  return *Template::parse(text, Template::Use::remote_name);
}
/// The only destination of a good configuration, with nothing said of it.
DestinationSpec only(std::string const& keys) {
  auto const loaded = load_text("version: 1\ndestinations: {d: {" + keys + "}}\n", "/etc/x/c.yaml");
  EXPECT_EQ(said(loaded), "");
  return loaded.site ? loaded.site->destinations.at(0) : DestinationSpec{};
}
template <class Target>
Target target(std::string const& keys) {
  return std::get<Target>(only(keys).target);
}

TEST(Destinations, WhatIsNotSaidIsAsDocumented) {
  auto const d = only("folder: /mnt/nas");
  EXPECT_EQ(d.name, "d");
  EXPECT_EQ(d.filename, remote("{path}"));
  EXPECT_EQ(d.parallel, 1u);
  EXPECT_FALSE(d.wrap);
  EXPECT_EQ(d.timeout, 5min);
  EXPECT_EQ(d.connect_timeout, 15s);
  EXPECT_EQ(d.stall_timeout, 30s);
  EXPECT_EQ(d.give_up_after, 24h * 30);
  EXPECT_EQ(d.fallback, "");
  EXPECT_TRUE(d.verify_tls);
  EXPECT_EQ(std::get<FolderTarget>(d.target), (FolderTarget{"/mnt/nas", false}));
}

TEST(Destinations, WhatIsSaidOfAnyIsKept) {
  auto const d = only(
      "folder: nas, mounted: true, filename: 'image{number}.jpg', parallel: 8, wrap: 100, "
      "timeout: 10s, give_up_after: 2d");
  EXPECT_EQ(std::get<FolderTarget>(d.target), (FolderTarget{"/etc/x/nas", true}));
  EXPECT_EQ(d.filename, remote("image{number}.jpg"));
  EXPECT_EQ(d.parallel, 8u);
  EXPECT_EQ(d.wrap, 100u);
  EXPECT_EQ(d.timeout, 10s);
  EXPECT_EQ(d.connect_timeout, 10s) << "a part is not longer than the whole";
  EXPECT_EQ(d.stall_timeout, 10s);
  EXPECT_EQ(d.give_up_after, 48h);
}

TEST(Destinations, TheSchemeDecidesWhatItIs) {
  EXPECT_EQ(target<FtpTarget>("url: 'ftp://nas:2121/in'"), (FtpTarget{"ftp://nas:2121/in"}));
  EXPECT_EQ(target<FtpTarget>("url: 'ftp://nas', starttls: true, rename: false"),
            (FtpTarget{"ftp://nas", true, false}));
  EXPECT_EQ(target<FtpTarget>("url: 'ftps://nas'"), (FtpTarget{"ftps://nas"}));
  EXPECT_EQ(target<HttpTarget>("url: 'http://nas/put'"), (HttpTarget{.url = "http://nas/put"}));
  EXPECT_EQ(target<HttpTarget>("url: 'https://[::1]/put', method: POST, field: photo, headers: "
                               "{X-Door: front}, form: {token: 0123, b: ''}"),
            (HttpTarget{"https://[::1]/put",
                        HttpTarget::Method::post,
                        "photo",
                        {{"X-Door", "front"}},
                        {{"token", "0123"}, {"b", ""}}}));
}

TEST(Destinations, AnSftpServerIsKnownByItsKey) {
  EXPECT_EQ(target<SftpTarget>("url: 'sftp://nas/in', username: cam, key_file: id, host_key: "
                               "'SHA256:" +
                               std::string{key} + "'"),
            (SftpTarget{"sftp://nas/in", "/etc/x/id", key, {}, true}));
  EXPECT_EQ(target<SftpTarget>("url: 'sftp://nas', username: cam, password_file: p, known_hosts: "
                               "hosts, rename: false"),
            (SftpTarget{"sftp://nas", {}, {}, "/etc/x/hosts", false}));
}

TEST(Destinations, S3TakesABucketAndMayHaveAPrefix) {
  auto const d = only("s3: 'https://s3.example.net/bucket/a', username: key, password_file: p");
  EXPECT_EQ(std::get<S3Target>(d.target), (S3Target{"https://s3.example.net/bucket/a"}));
  EXPECT_EQ(d.username, "key");
  EXPECT_EQ(target<S3Target>("s3: 'http://127.0.0.1:9000/b', region: eu-north-1, username: key, "
                             "password_file: p")
                .region,
            "eu-north-1");
}

TEST(Destinations, AMailHasAddressesAndTexts) {
  auto const d = only("url: 'smtp://mail:587', from: 'Gate <gate@example.org>', to: you@e.org");
  auto const mail = std::get<MailTarget>(d.target);
  EXPECT_TRUE(mail.starttls);
  EXPECT_EQ(mail.from, "Gate <gate@example.org>");
  EXPECT_THAT(mail.to, ElementsAre("you@e.org"));
  EXPECT_EQ(mail.subject, text_template("{camera}: {rule}, {time:%Y-%m-%d %H:%M:%S}"));
  EXPECT_THAT(mail.text.source(), HasSubstr("{event}"));
  EXPECT_EQ(d.filename, remote("{name}")) << "an attachment has no folder";

  auto const other = target<MailTarget>(
      "url: 'smtp://mail', starttls: false, from: a@b, to: [c@d, e@f], subject: '{rule}', text: x");
  EXPECT_FALSE(other.starttls);
  EXPECT_THAT(other.to, ElementsAre("c@d", "e@f"));
  EXPECT_EQ(other.subject, text_template("{rule}"));
  EXPECT_FALSE(target<MailTarget>("url: 'smtps://mail', from: a@b, to: c@d").starttls);
}

TEST(Destinations, ThePasswordIsReadFromItsFile) {
  Folder folder;
  folder.write("p", "secret\n", 0600);
  auto const loaded = load_site(folder.write("c.yaml", R"(version: 1
destinations:
  nas: {url: "ftps://nas", username: cam, password_file: p}
)"));
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(said(loaded), "");
  EXPECT_EQ(loaded.site->destinations.at(0).password, "secret");
}

TEST(Destinations, OnThisMachineNobodyListens) {
  only("url: 'ftp://127.0.0.1/in', username: a, password_file: p");
  only("url: 'http://localhost/in', username: a, password_file: p");
  only("url: 'smtp://[::1]', starttls: false, from: a@b, to: c@d, username: a, password_file: p");
  only("url: 'ftp://nas', starttls: true, username: a, password_file: p");
  only("url: 'ftp://nas', username: anonymous");
}

TEST(Destinations, AFallbackMayStandBelow) {
  auto const loaded = load_text(
      "version: 1\ndestinations: {a: {folder: /a, fallback: b}, b: {folder: /b}}\n", "c.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(loaded.site->destinations.at(0).fallback, "b");
  EXPECT_EQ(loaded.site->destinations.at(1).name, "b");
}

TEST(Destinations, NoneIsAGoodNumber) {
  EXPECT_TRUE(load_text("version: 1\ndestinations:\n", "c.yaml").site);
}

TEST(Retention, IsReadAsItStands) {
  auto const loaded = load_text(
      "version: 1\nstorage: {retention: {age: 30d, size: 10GB, min_free: 1GiB, "
      "delete_undelivered: true}}\n",
      "c.yaml");
  ASSERT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(loaded.site->storage.retention,
            (Retention{24h * 30, 10'000'000'000, 1ull << 30u, true}));
  auto const none = load_text("version: 1\n", "c.yaml");
  EXPECT_FALSE(none.site->storage.retention.any());
}

std::string with_destinations(std::string const& action) {
  return with_rules("  - {name: r, triggers: [], actions: " + action + "}\n") +
         "destinations: {nas: {folder: /mnt}, office: {url: 'smtps://mail', from: a@b, to: c@d}}\n";
}
template <class What>
What action_of(std::string const& action) {
  auto const loaded = load_text(with_destinations(action), "c.yaml");
  EXPECT_EQ(said(loaded), "");
  return loaded.site ? std::get<What>(loaded.site->rules.at(0).actions.at(0).what) : What{};
}

TEST(Actions, ASnapshotGoesToOneDestinationOrMany) {
  EXPECT_THAT(action_of<SnapshotAction>("{snapshot: door, to: nas}").to, ElementsAre("nas"));
  EXPECT_THAT(action_of<SnapshotAction>("{snapshot: door, to: [office, nas]}").to,
              ElementsAre("office", "nas"));
  EXPECT_THAT(action_of<SnapshotAction>("{snapshot: door}").to, ElementsAre());
}

TEST(Actions, AMailHasTheDestinationsTextsUnlessItHasItsOwn) {
  EXPECT_EQ(action_of<MailAction>("{mail: office}"), (MailAction{.destination = "office"}));
  EXPECT_EQ(action_of<MailAction>("{mail: office, subject: '{rule}', text: 'a', picture: false}"),
            (MailAction{"office", text_template("{rule}"), text_template("a"), false}));
}

TEST(Actions, AnAlertIsATextToAPort) {
  EXPECT_EQ(action_of<AlertAction>("{alert: '10.0.0.3:4000', text: '{input}'}"),
            (AlertAction{"10.0.0.3", 4000, text_template("{input}")}));
  EXPECT_EQ(action_of<AlertAction>("{alert: '[fe80::1]:1', text: x, timeout: 2s}"),
            (AlertAction{"fe80::1", 1, text_template("x"), false, 2s}));
}

TEST(Actions, AFileOfRulesIsCheckedAgainstTheSitesDestinations) {
  Folder folder;
  auto const rules = folder.write(
      "r.yaml",
      "rules: [{name: r, triggers: [], actions: [{snapshot: door, to: nass}, {mail: nas}]}]\n");
  EXPECT_EQ(said(check_rules_file(rules, nullptr)), "");
  auto const site = load_text(with_destinations("{log: x}"), "c.yaml").site;
  ASSERT_TRUE(site);
  auto const against = said(check_rules_file(rules, &*site));
  EXPECT_THAT(against, HasSubstr("did you mean 'nas'?"));
  EXPECT_THAT(against, HasSubstr("no mail can be sent to destination 'nas'"));
}

}  // namespace
}  // namespace snapcron
