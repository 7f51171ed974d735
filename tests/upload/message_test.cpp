#include "upload/message.hpp"

#include <gtest/gtest.h>

namespace snapcron::upload {
namespace {

using namespace std::chrono_literals;

std::vector<DestinationSpec> destinations() {
  DestinationSpec spec;
  spec.name = "nas";
  spec.username = "camera";
  spec.password = "p\"w\n\xff{}";
  spec.verify_tls = false;
  spec.wrap = 100;
  spec.timeout = 61s;
  spec.connect_timeout = 1500ms;
  spec.stall_timeout = 7s;
  std::vector<DestinationSpec> all;
  auto const add = [&](auto target) {
    spec.target = std::move(target);
    all.push_back(spec);
  };
  add(FtpTarget{"ftp://nas/a", true, false});
  add(SftpTarget{"sftp://nas/a", "/k", "SHA256:abc", "/known", false});
  add(HttpTarget{"https://nas/a?b", HttpTarget::Method::post, "f", {{"A", "b"}}, {{"c", "d"}}});
  add(S3Target{"https://s3/bucket", "eu-north-1"});
  add(MailTarget{"smtp://m", false, "a@b", {"c@d", "e@f"}, {}, {}});
  add(FolderTarget{"/mnt/\xff", true});
  spec.wrap.reset();
  add(FtpTarget{});
  return all;
}

Upload picture() {
  return {.id = 7,
          .file = "/var/p.jpg",
          .name = "caf\xc3\xa9/p.jpg",
          .attempt = 3,
          .key = "k@h",
          .subject = "door \"open\"",
          .text = "two\nlines"};
}

std::vector<UploadResult> results() {
  using enum UploadResult::Verdict;
  std::vector<UploadResult> all;
  for (auto const verdict : {done, again, never, down, refused})
    all.push_back({.id = -1, .verdict = verdict, .text = "no\r", .bytes = 1ull << 40});
  return all;
}

/// Without its end, of which there is one.
std::string line(std::string const& encoded) {
  EXPECT_EQ(encoded.find('\n'), encoded.size() - 1);
  return encoded.substr(0, encoded.size() - 1);
}

TEST(UploadMessage, WhatIsSaidIsUnderstood) {
  for (auto const& spec : destinations()) EXPECT_EQ(decode_destination(line(encode(spec))), spec);
  EXPECT_EQ(decode_upload(line(encode(picture()))), picture());
  EXPECT_EQ(decode_upload(line(encode(Upload{}))), Upload{});
  for (auto const& result : results()) EXPECT_EQ(decode_result(line(encode(result))), result);
}

TEST(UploadMessage, APartOfALineAndALineWithMoreAreNoMessages) {
  auto const whole = line(encode(destinations()[1]));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_destination(whole.substr(0, size)));
  EXPECT_FALSE(decode_destination(whole + "{"));
}

TEST(UploadMessage, AMemberThatIsMissingOrOfAnotherKindIsRefused) {
  EXPECT_FALSE(decode_upload("{}"));
  EXPECT_FALSE(decode_upload("[]"));
  EXPECT_FALSE(decode_upload("7"));
  EXPECT_FALSE(decode_result(R"({"id":1,"verdict":"lost","text":"","bytes":0})"));
  EXPECT_FALSE(decode_result(R"({"id":1,"verdict":"done","text":"","bytes":-1})"));
  EXPECT_FALSE(decode_result(R"({"id":1.5,"verdict":"done","text":"","bytes":0})"));
  EXPECT_TRUE(decode_result(R"({"id":1,"verdict":"done","text":"","bytes":0})"));
}

TEST(UploadMessage, TimesThatCannotBeAreRefused) {
  auto spec = destinations()[0];
  for (Duration const timeout : {Duration{0}, Duration{-1}, Duration::max()}) {
    spec.timeout = timeout;
    EXPECT_FALSE(decode_destination(line(encode(spec))));
  }
}

TEST(UploadMessage, ALineThatIsTooLongIsRefused) {
  auto upload = picture();
  upload.text.assign(longest_line, 'x');
  EXPECT_FALSE(decode_upload(line(encode(upload))));
}

TEST(UploadMessage, AnyByteChangedIsRefusedOrUnderstood) {
  auto const whole = line(encode(destinations()[2]));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char const c : {'\0', '"', '{', '}', '[', '9', '\xff', '\\', 'e', '-'}) {
      auto changed = whole;
      changed[at] = c;
      if (auto const spec = decode_destination(changed)) {
        EXPECT_EQ(decode_destination(line(encode(*spec))), spec);
      }
    }
}

}  // namespace
}  // namespace snapcron::upload
