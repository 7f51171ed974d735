// What a diagnostic quotes of a file, and what it must not.

#include "config/source.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <string>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What is said of that line of the text.
std::string said(std::string const& text, unsigned line = 1, std::string message = "no") {
  Source const source{"f", text};
  return to_text(source.diagnostic(Diagnostic::Severity::error, {line, 1}, std::move(message)));
}

TEST(Secrets, AreBlankedOutByteForByte) {
  EXPECT_THAT(said("url: http://cam:CANARY@10.0.0.5/x, verify: 1"),
              HasSubstr("url: http://**********@10.0.0.5/x, verify: 1\n"));
  EXPECT_THAT(said("url: \"http://cam/x?user=CANARY&sig=CANARY&CANARY\", verify: 1"),
              HasSubstr("http://cam/x?user=******&sig=******&******\", verify: 1\n"));
}

TEST(Secrets, OfHeadersAreNotShownWhereverTheyStand) {
  for (auto const* line :
       {"headers: {Authorization: \"Bearer CANARY\", X: \"a}CANARY\"}",
        "  header: {authorization: \"Bearer CANARY\"}", "- http: {hedaers: {Cookie: 'a=CANARY'}}",
        "http: {url: \"http://x\", Headers: {X-Api-Key: CANARY}}", "X-API-KEY: CANARY",
        "token: CANARY", "Authorization: Bearer CANARY", "password: \"CANARY\"",
        "password: \"CANARY"})
    EXPECT_THAT(said(line), Not(HasSubstr("CANARY"))) << line;
}

TEST(Secrets, OfHeadersLeaveTheirNamesInSight) {
  EXPECT_THAT(said("x: {headers: {A: b, \"c\": \"d, \\\"e}\", F: 'g'}, body: h}"),
              HasSubstr("    x: {headers: {A: *, \"c\": \"*******\", F: '*'}, body: h}\n"));
  EXPECT_THAT(said("headers: [A, b]"), HasSubstr("    headers:*******\n"));
}

TEST(Secrets, OfAHeaderThatStandsBelowItsKey) {
  std::string const text = "http:\n  headers:\n    X: 1\n    X-What: CANARY\n  body: hello\n";
  EXPECT_THAT(said(text, 4), HasSubstr("    X-What:*******\n"));
  EXPECT_THAT(said(text, 5), HasSubstr("  body: hello\n"));
}

TEST(Secrets, OfAddressesAreNotInTheMessageEither) {
  EXPECT_THAT(said("x", 1, "url 'htp://cam/x?sig=CANARY' must begin with http://"),
              HasSubstr("error: url 'htp://cam/x?sig=******' must begin with http://\n"));
}

TEST(Secrets, WhatNamesAFileIsShown) {
  for (std::string const line : {"password_file: door.pw", "tls: {certificate: c.pem, key: k.pem}",
                                 "secret_file: token", "- camera: door"})
    EXPECT_THAT(said(line), HasSubstr("    " + line + "\n"));
}

TEST(Excerpts, AreAllThatWithoutThemIsMissing) {
  auto const first = said("nonsense: CANARY"), second = said("  - x", 1, "not here");
  EXPECT_EQ(without_excerpts(first + second + "an error of another kind\n"),
            "f:1:1: error: no\nf:1:1: error: not here\nan error of another kind\n");
  EXPECT_EQ(without_excerpts(""), "");
}

}  // namespace
}  // namespace snapcron
