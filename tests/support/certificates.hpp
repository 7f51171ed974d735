#pragma once
// Certificates for tests: made on the spot, self-signed or signed by another.

#include "core/site.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace snapcron {

struct CertificateWanted {
  std::string name = "localhost";
  unsigned rsa_bits = 0;  // 0: ECDSA on P-256
  std::chrono::seconds from = -std::chrono::hours{1}, until = std::chrono::hours{24 * 365};
};

class TestCertificate {
 public:
  explicit TestCertificate(CertificateWanted const& wanted = {},
                           TestCertificate const* by = nullptr)
      : key_{wanted.rsa_bits != 0 ? EVP_RSA_gen(wanted.rsa_bits) : EVP_EC_gen("P-256"),
             EVP_PKEY_free},
        x509_{X509_new(), X509_free} {
    auto* x = x509_.get();
    X509_set_version(x, 2);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), static_cast<long>(wanted.from.count()));
    X509_gmtime_adj(X509_getm_notAfter(x), static_cast<long>(wanted.until.count()));
    auto* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(wanted.name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(x, by != nullptr ? X509_get_subject_name(by->x509_.get()) : name);
    X509_set_pubkey(x, key_.get());
    if (X509_sign(x, by != nullptr ? by->key_.get() : key_.get(), EVP_sha256()) == 0)
      throw std::runtime_error("cannot sign a test certificate");
  }

  std::string certificate() const {
    return text([&](BIO* out) { PEM_write_bio_X509(out, x509_.get()); });
  }
  std::string key(char const* passphrase = nullptr) const {
    return text([&](BIO* out) {
      PEM_write_bio_PKCS8PrivateKey(out, key_.get(),
                                    passphrase != nullptr ? EVP_aes_256_cbc() : nullptr, nullptr, 0,
                                    nullptr, const_cast<char*>(passphrase));
    });
  }
  TlsSpec spec() const { return {"/etc/cert.pem", "/etc/key.pem", certificate(), key()}; }

 private:
  template <class Write>
  static std::string text(Write write) {
    std::unique_ptr<BIO, decltype(&BIO_free_all)> const out{BIO_new(BIO_s_mem()), BIO_free_all};
    write(out.get());
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> x509_;
};

}  // namespace snapcron
