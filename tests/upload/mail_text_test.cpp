#include "upload/mail_text.hpp"

#include <gtest/gtest.h>

namespace snapcron::upload {
namespace {

TEST(MailText, AnAddressMayHaveAName) {
  EXPECT_EQ(bare_address("gate@example.org"), "gate@example.org");
  EXPECT_EQ(bare_address("The Gate <gate@example.org>"), "gate@example.org");
}

TEST(MailText, ANameIsEncodedAndAnAddressIsNot) {
  EXPECT_EQ(mailbox("gate@example.org"), "gate@example.org");
  EXPECT_EQ(mailbox("<gate@example.org>"), "<gate@example.org>");
  EXPECT_EQ(mailbox("The Gate <gate@example.org>"), "The Gate <gate@example.org>");
  EXPECT_EQ(mailbox("caf\xc3\xa9 <gate@example.org>"), "=?UTF-8?B?Y2Fmw6k=?= <gate@example.org>");
}

TEST(MailText, AShortAsciiSubjectStaysAsItIs) {
  EXPECT_EQ(encoded_words("the door is open"), "the door is open");
  EXPECT_EQ(encoded_words(""), "");
}

TEST(MailText, OthersBecomeEncodedWordsOfWholeCharacters) {
  EXPECT_EQ(encoded_words("caf\xc3\xa9"), "=?UTF-8?B?Y2Fmw6k=?=");
  EXPECT_EQ(encoded_words("=?a?="), "=?UTF-8?B?PT9hPz0=?=");
  std::string text;
  for (int i = 0; i < 60; ++i) text += "\xe2\x82\xac";
  auto const encoded = encoded_words(text);
  for (std::size_t begin = 0; begin < encoded.size();) {
    auto const end = std::min(encoded.find("\r\n", begin), encoded.size());
    EXPECT_LE(end - begin, 76u);
    begin = end + 2;
  }
}

TEST(MailText, TheDateIsThatOfTheRfc) {
  EXPECT_EQ(mail_date(Instant{std::chrono::seconds{1795636969}}),
            "Wed, 25 Nov 2026 20:02:49 +0000");
}

TEST(MailText, TheMessageIdIsMadeOfTheKeyAlone) {
  EXPECT_EQ(message_id("01J@door.example"), "<01J@door.example>");
  EXPECT_EQ(message_id("01J"), "<01J@snapcron>");
  EXPECT_EQ(message_id("a b>\r\nTo: x"), "<a-b---To--x@snapcron>");
}

}  // namespace
}  // namespace snapcron::upload
