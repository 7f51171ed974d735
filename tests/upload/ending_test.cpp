// What each way a transfer can end means for its upload.

#include "upload/ending.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <gmock/gmock.h>

namespace snapcron::upload {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Row {
  Protocol protocol;
  Ending ending;
  Verdict verdict;
  char const* words;  // that must be part of the text
};

Ending curl(CURLcode code, bool connected = true) {
  Ending end;
  end.code = code;
  end.connected = connected;
  return end;
}

Ending replied(CURLcode code, std::string line) {
  Ending end;
  end.code = code;
  end.reply = std::stol(line);
  end.refusal = std::move(line);
  return end;
}

Ending status(long code, std::string body = {}) {
  Ending end;
  end.reply = code;
  end.body = std::move(body);
  return end;
}

Ending refused_by(int os_error) {
  auto end = curl(CURLE_COULDNT_CONNECT, false);
  end.os_error = os_error;
  return end;
}

Ending no_name_server() {
  auto end = curl(CURLE_OPERATION_TIMEDOUT, false);
  end.name_found = false;
  return end;
}

Ending moved(std::string to) {
  auto end = status(301, "gone");
  end.redirect = std::move(to);
  return end;
}

void expect_all(std::vector<Row> const& rows) {
  DestinationSpec spec;
  spec.username = "camera";
  for (auto const& [protocol, ending, verdict, words] : rows) {
    SCOPED_TRACE(testing::Message()
                 << "protocol " << static_cast<int>(protocol) << " code " << ending.code
                 << " reply " << ending.reply << " expects " << words);
    auto const outcome = judge(protocol, ending, spec);
    EXPECT_EQ(outcome.verdict, verdict) << outcome.words;
    EXPECT_THAT(outcome.words, HasSubstr(words));
    EXPECT_FALSE(outcome.words.ends_with('.')) << outcome.words;
    EXPECT_EQ(outcome.words.empty(), outcome.verdict == Verdict::done);
  }
}

TEST(Ending, WhatKeepsUsFromTheServer) {
  for (auto const protocol :
       {Protocol::ftp, Protocol::sftp, Protocol::http, Protocol::s3, Protocol::mail})
    expect_all({
        {protocol, curl(CURLE_COULDNT_RESOLVE_HOST, false), Verdict::down, "name server"},
        {protocol, refused_by(ECONNREFUSED), Verdict::down, "connection refused"},
        {protocol, refused_by(EHOSTUNREACH), Verdict::down, "no route"},
        {protocol, refused_by(ENETUNREACH), Verdict::down, "network is unreachable"},
        {protocol, refused_by(0), Verdict::down, "cannot connect"},
        {protocol, no_name_server(), Verdict::down, "no name server answered within 15s"},
        {protocol, curl(CURLE_OPERATION_TIMEDOUT, false), Verdict::down, "within 15s"},
        {protocol, curl(CURLE_OPERATION_TIMEDOUT), Verdict::again, "too slow"},
        {protocol, curl(CURLE_SSL_CONNECT_ERROR, false), Verdict::down, "no TLS"},
        {protocol, curl(CURLE_USE_SSL_FAILED, false), Verdict::refused, "offers no TLS"},
        {protocol, curl(CURLE_SSL_CACERT_BADFILE, false), Verdict::refused, "not trusted"},
        {protocol, curl(CURLE_LOGIN_DENIED, false), Verdict::refused, "does not accept"},
        {protocol, curl(CURLE_GOT_NOTHING), Verdict::again, "without an answer"},
        {protocol, curl(CURLE_SEND_ERROR), Verdict::again, "lost"},
        {protocol, curl(CURLE_RECV_ERROR), Verdict::again, "lost"},
        {protocol, curl(CURLE_PARTIAL_FILE), Verdict::again, "lost"},
        {protocol, curl(CURLE_READ_ERROR), Verdict::again, "this machine's disk"},
        {protocol, curl(CURLE_ABORTED_BY_CALLBACK), Verdict::again, "this machine's disk"},
        {protocol, curl(CURLE_URL_MALFORMAT, false), Verdict::refused, "not an address"},
        {protocol, curl(CURLE_UNSUPPORTED_PROTOCOL, false), Verdict::refused, "not an address"},
    });
}

TEST(Ending, Ftp) {
  auto const p = Protocol::ftp;
  expect_all({
      {p, replied(CURLE_OK, "226 stored"), Verdict::done, ""},
      {p, replied(CURLE_OK, "550 no such file, which does not matter"), Verdict::done, ""},
      {p, replied(CURLE_OPERATION_TIMEDOUT, "421 too many users"), Verdict::down, "too many users"},
      {p, replied(CURLE_LOGIN_DENIED, "530 Login incorrect."), Verdict::refused,
       "the server answered 530: Login incorrect.; the server does not accept this username"},
      {p, replied(CURLE_UPLOAD_FAILED, "450 busy"), Verdict::again, "450: busy"},
      {p, replied(CURLE_UPLOAD_FAILED, "452 no space"), Verdict::down, "may be full"},
      {p, replied(CURLE_UPLOAD_FAILED, "552 quota"), Verdict::down, "may be full"},
      {p, replied(CURLE_UPLOAD_FAILED, "550 Permission denied"), Verdict::refused, "may this user"},
      {p, replied(CURLE_UPLOAD_FAILED, "553 no"), Verdict::refused, "may this user"},
      {p, replied(CURLE_UPLOAD_FAILED, "551 no"), Verdict::never, "551"},
      {p, replied(CURLE_PARTIAL_FILE, "426 aborted"), Verdict::again, "426: aborted"},
      {p, replied(CURLE_REMOTE_ACCESS_DENIED, "550 no folder"), Verdict::refused, "no folder"},
      {p, replied(CURLE_QUOTE_ERROR, "550 no"), Verdict::refused, "`rename: false`"},
      {p, replied(CURLE_OPERATION_TIMEDOUT, "502 no SIZE"), Verdict::again, "too slow"},
      {p, replied(CURLE_RECV_ERROR, "502 no SIZE"), Verdict::again, "lost"},
      {p, replied(CURLE_WEIRD_SERVER_REPLY, "220 what"), Verdict::again, ""},
      {p, curl(CURLE_REMOTE_DISK_FULL), Verdict::down, "full"},
      {p, curl(CURLE_PEER_FAILED_VERIFICATION, false), Verdict::refused, "certificate"},
  });
}

TEST(Ending, Sftp) {
  auto const p = Protocol::sftp;
  expect_all({
      {p, curl(CURLE_OK), Verdict::done, ""},
      {p, curl(CURLE_PEER_FAILED_VERIFICATION, false), Verdict::refused, "nothing was sent"},
      {p, curl(CURLE_SSH), Verdict::down, "no SSH"},
      {p, curl(CURLE_REMOTE_DISK_FULL), Verdict::down, "full"},
      {p, curl(CURLE_REMOTE_ACCESS_DENIED), Verdict::refused, "folder"},
      {p, curl(CURLE_REMOTE_FILE_NOT_FOUND), Verdict::refused, "folder"},
      {p, curl(CURLE_QUOTE_ERROR), Verdict::refused, "rename"},
  });
}

TEST(Ending, AnRsaKeyIsExplained) {
  DestinationSpec spec;
  spec.target = SftpTarget{.url = {}, .key_file = "/k", .host_key = {}, .known_hosts = {}};
  EXPECT_THAT(judge(Protocol::sftp, curl(CURLE_LOGIN_DENIED, false), spec).words,
              HasSubstr("ed25519"));
}

TEST(Ending, Http) {
  auto const p = Protocol::http;
  expect_all({
      {p, status(200), Verdict::done, ""},
      {p, status(201), Verdict::done, ""},
      {p, status(204), Verdict::done, ""},
      {p, status(0), Verdict::again, "no answer"},
      {p, moved("http://a:b@else/x?key=1"), Verdict::refused, "which leads to 'http://else/x?...'"},
      {p, status(304), Verdict::refused, "304"},
      {p, status(400, "<html>no <b>body</b>"), Verdict::never, "answered 400: no body"},
      {p, status(401), Verdict::refused, "does not accept this username"},
      {p, status(403), Verdict::refused, "403"},
      {p, status(404), Verdict::never, "folder"},
      {p, status(405), Verdict::never, "405"},
      {p, status(407), Verdict::refused, "407"},
      {p, status(408), Verdict::again, "408"},
      {p, status(409), Verdict::never, "folder"},
      {p, status(413), Verdict::never, "smaller"},
      {p, status(415), Verdict::never, "415"},
      {p, status(422), Verdict::never, "422"},
      {p, status(423), Verdict::again, "423"},
      {p, status(429), Verdict::again, "429"},
      {p, status(500), Verdict::again, "500"},
      {p, status(501), Verdict::never, "501"},
      {p, status(503), Verdict::again, "503"},
      {p, status(507), Verdict::down, "full"},
      // Judged by its head, and closed before the whole body was sent.
      {p, replied(CURLE_SEND_ERROR, "413"), Verdict::never, "413"},
  });
}

TEST(Ending, S3) {
  auto const p = Protocol::s3;
  auto const error = [](std::string code) { return "<Error><Code>" + code + "</Code></Error>"; };
  expect_all({
      {p, status(200), Verdict::done, ""},
      {p, status(403, error("RequestTimeTooSkewed")), Verdict::down, "clock"},
      {p, status(403, error("SignatureDoesNotMatch")), Verdict::refused, "secret"},
      {p, status(403), Verdict::refused, "403"},
      {p, status(404, error("NoSuchBucket")), Verdict::refused, "bucket"},
      {p, status(400, error("AuthorizationHeaderMalformed")), Verdict::refused, "region"},
      {p, status(400, error("RequestTimeout")), Verdict::again, "400"},
      {p, status(400, error("EntityTooLarge")), Verdict::never, "400"},
      {p, status(503, error("SlowDown")), Verdict::again, "503"},
  });
}

TEST(Ending, Mail) {
  auto const p = Protocol::mail;
  expect_all({
      {p, replied(CURLE_OK, "250 queued"), Verdict::done, ""},
      {p, replied(CURLE_WEIRD_SERVER_REPLY, "421 closing"), Verdict::down, "closing"},
      {p, replied(CURLE_SEND_ERROR, "451 greylisted"), Verdict::again, "greylisted"},
      {p, replied(CURLE_SEND_ERROR, "550 no such user"), Verdict::never, "no such user"},
      {p, replied(CURLE_SEND_ERROR, "552 too big"), Verdict::never, "too big"},
      {p, replied(CURLE_SEND_ERROR, "452 mailbox full"), Verdict::again, "mailbox full"},
      {p, replied(CURLE_WEIRD_SERVER_REPLY, "554 spam"), Verdict::never, "spam"},
      {p, replied(CURLE_SEND_ERROR, "530 authentication required"), Verdict::refused, "username"},
      {p, replied(CURLE_LOGIN_DENIED, "535 bad"), Verdict::refused, "username"},
  });
}

TEST(Ending, EveryCodeOfCurlsHasWordsAndAVerdict) {
  for (int code = 1; code < CURL_LAST; ++code)
    for (auto const protocol :
         {Protocol::ftp, Protocol::sftp, Protocol::http, Protocol::s3, Protocol::mail}) {
      auto const outcome = judge(protocol, curl(static_cast<CURLcode>(code)), {});
      EXPECT_NE(outcome.verdict, Verdict::done) << code;
      EXPECT_FALSE(outcome.words.empty()) << code;
    }
}

TEST(Ending, WordsOfAServerCannotForgeALine) {
  auto const words =
      judge(Protocol::ftp, replied(CURLE_UPLOAD_FAILED, "550 \x1b[31mno\r\nyes"), {}).words;
  EXPECT_THAT(words, Not(HasSubstr("\x1b")));
  EXPECT_THAT(words, Not(HasSubstr("\n")));
}

TEST(Ending, OnlyAKeptConnectionCanHaveBeenClosedMeanwhile) {
  auto end = curl(CURLE_RECV_ERROR);
  EXPECT_FALSE(was_closed_meanwhile(end));
  end.reused = true;
  EXPECT_TRUE(was_closed_meanwhile(end));
  end = replied(CURLE_OPERATION_TIMEDOUT, "421 idle for too long");
  end.reused = true;
  EXPECT_TRUE(was_closed_meanwhile(end));
  end.code = CURLE_OK;
  EXPECT_FALSE(was_closed_meanwhile(end));
}

}  // namespace
}  // namespace snapcron::upload
