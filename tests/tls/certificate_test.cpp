// A certificate and its key, as their files hold them: what is good, and what is said of the rest.

#include "tls/certificate.hpp"

#include "../support/certificates.hpp"

#include <gmock/gmock.h>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

std::string said(TlsSpec const& spec) {
  auto const made = Certificate::make(spec);
  return made ? "good" : made.error().text;
}

std::string said(std::string certificate, std::string key) {
  return said({"/etc/cert.pem", "/etc/key.pem", std::move(certificate), std::move(key)});
}

TEST(Certificate, WithItsKeyIsGoodWhateverTheKind) {
  EXPECT_EQ(said(TestCertificate{}.spec()), "good");
  EXPECT_EQ(said(TestCertificate{{.rsa_bits = 2048}}.spec()), "good");
}

TEST(Certificate, MayComeWithItsChainAndWithTextAround) {
  TestCertificate const root{{.name = "root"}};
  TestCertificate const own{{}, &root};
  EXPECT_EQ(said("subject=x\r\n" + own.certificate() + "\n\n" + root.certificate() + "end\n",
                 "a key\n" + own.key()),
            "good");
  EXPECT_EQ(said(own.key() + own.certificate(), own.certificate() + own.key()), "good")
      << "both in one file";
}

TEST(Certificate, OfAnotherKeyIsTold) {
  TestCertificate const root{{.name = "root"}}, other;
  TestCertificate const own{{}, &root};
  EXPECT_EQ(said(own.certificate(), other.key()),
            "the key in /etc/key.pem does not belong to the certificate in /etc/cert.pem");
  EXPECT_EQ(said(root.certificate() + own.certificate(), own.key()),
            "the key in /etc/key.pem does not belong to the certificate that comes first in "
            "/etc/cert.pem, but to a later one: the server's own comes first, then the others");
}

TEST(Certificate, ThatIsNoneIsTold) {
  TestCertificate const one;
  auto const none = "/etc/cert.pem holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  EXPECT_EQ(said("", one.key()), none);
  EXPECT_EQ(said(one.key(), one.key()), none);
  auto damaged = one.certificate();
  damaged[damaged.size() / 2] = '!';
  EXPECT_THAT(said(damaged, one.key()), HasSubstr("the certificate in /etc/cert.pem is damaged"));
  EXPECT_THAT(said(one.certificate() + damaged, one.key()), HasSubstr("is damaged"))
      << "also further down the chain";
  EXPECT_THAT(said(one.certificate().substr(0, 200), one.key()), HasSubstr("/etc/cert.pem"));
}

TEST(Certificate, WithoutAUsableKeyIsTold) {
  TestCertificate const one;
  EXPECT_EQ(said(one.certificate(), one.certificate()),
            "/etc/key.pem holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
  EXPECT_THAT(said(one.certificate(), one.key("secret")),
              HasSubstr("the key in /etc/key.pem is encrypted"));
  auto damaged = one.key();
  damaged[60] = damaged[60] == 'A' ? 'B' : '!';
  EXPECT_EQ(said(one.certificate(), damaged),
            "the key in /etc/key.pem is damaged: write the file anew");
}

TEST(Certificate, ThatClientsRefuseForItsWeaknessIsRefusedHere) {
  EXPECT_THAT(said(TestCertificate{{.rsa_bits = 1024}}.spec()), HasSubstr("2048 bits"));
}

TEST(Certificate, ShowsNothingOfItsKey) {
  TestCertificate const one;
  auto const secret = one.key().substr(40, 20);
  for (auto const& text : {said("", one.key()), said(one.certificate(), one.key().substr(0, 100)),
                           said(TestCertificate{}.certificate(), one.key())})
    EXPECT_THAT(text, Not(HasSubstr(secret)));
}

class Dates : public testing::Test {
 protected:
  std::string worry(CertificateWanted const& wanted) {
    TestCertificate const one{wanted};
    auto const made = Certificate::make(one.spec());
    return made->validity().worry(std::chrono::system_clock::now(), one.spec());
  }
};

TEST_F(Dates, OfAGoodCertificateAreNoWorry) {
  EXPECT_EQ(worry({}), "");
  EXPECT_EQ(worry({.until = days{15}}), "");
  EXPECT_EQ(worry({.until = days{365 * 100}}), "");
}

TEST_F(Dates, TwoWeeksBeforeTheEndAreOne) {
  EXPECT_THAT(worry({.from = -days{76}, .until = days{13}}), HasSubstr(" expires on "));
  EXPECT_THAT(worry({.from = -days{76}, .until = -hours{1}}), HasSubstr(" has expired on "));
}

TEST_F(Dates, AShortLivedOneIsWorthAWarningInItsLastQuarter) {
  EXPECT_EQ(worry({.from = -days{3}, .until = days{3}}), "");
  EXPECT_THAT(worry({.from = -days{5}, .until = days{1}}), HasSubstr(" expires on "));
}

TEST_F(Dates, BeforeItsTimeTheClockIsSuspected) {
  EXPECT_THAT(worry({.from = days{1}}), HasSubstr("is the clock of this machine right?"));
}

}  // namespace
}  // namespace snapcron
