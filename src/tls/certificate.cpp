#include "tls/certificate.hpp"

#include "core/zone.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>
#include <vector>

namespace snapcron {
namespace {

// Mozilla's "intermediate" without its finite-field groups, whose large ones cost a server dear.
constexpr char const* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
constexpr char const* key_exchange = "X25519MLKEM768:X25519:P-256:P-384";
#else
constexpr char const* key_exchange = "X25519:P-256:P-384";
#endif

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using X509s = std::vector<std::unique_ptr<X509, Freed<X509_free>>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

Bio reader_of(std::string const& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Error invalid(std::string text) {
  ERR_clear_error();
  return {Fault::invalid, std::move(text)};
}

std::string reason() {
  char const* text = ERR_reason_error_string(ERR_peek_last_error());
  return text != nullptr ? text : "OpenSSL does not say why";
}

Result<X509s> read_chain(TlsSpec const& spec) {
  auto const bio = reader_of(spec.certificate);
  X509s chain;
  ERR_clear_error();
  while (auto* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    chain.emplace_back(one);
  bool const at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  auto const file = spec.certificate_file.string();
  if (!at_end)
    return invalid("the certificate in " + file + " is damaged (" + reason() +
                   "): write the file anew");
  if (chain.empty())
    return invalid(file + " holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  ERR_clear_error();
  return chain;
}

Result<Key> read_key(TlsSpec const& spec) {
  auto const bio = reader_of(spec.key);
  bool encrypted = false;
  // In place of OpenSSL's own, which asks at the terminal.
  auto const no_passphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  ERR_clear_error();
  Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &encrypted)};
  if (key) return key;
  auto const file = spec.key_file.string();
  if (encrypted)
    return invalid("the key in " + file +
                   " is encrypted, and a daemon can be asked for no passphrase: openssl pkey -in " +
                   file + " -out KEY writes it without");
  if (spec.key.find("PRIVATE KEY-----") == std::string::npos)
    return invalid(file + " holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
  return invalid("the key in " + file + " is damaged: write the file anew");
}

Instant time_of(ASN1_TIME const* time) {
  constexpr Instant far{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return Instant{};
  if (parts.tm_year >= 300) return far;  // nanoseconds end in 2262
  return Instant{std::chrono::seconds{::timegm(&parts)}};
}

/// http/1.1, whatever else the client would like; one that does not know it has no use for us.
int choose_protocol(SSL*, unsigned char const** out, unsigned char* size,
                    unsigned char const* offered, unsigned offered_size, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1\x08http/1.0";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, ours, sizeof ours - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool set_up(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Without released buffers each idle connection would hold two whole records.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  static constexpr unsigned char id[] = "snapcron";
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1 &&
         SSL_CTX_set1_groups_list(context, key_exchange) == 1 &&
         SSL_CTX_set_session_id_context(context, id, sizeof id - 1) == 1;
}

std::string mismatch(TlsSpec const& spec, X509s const& chain, EVP_PKEY* key) {
  auto const text = "the key in " + spec.key_file.string() + " does not belong to the certificate";
  bool const another = std::ranges::any_of(
      chain, [&](auto const& one) { return X509_check_private_key(one.get(), key) == 1; });
  return another ? text + " that comes first in " + spec.certificate_file.string() +
                       ", but to a later one: the server's own comes first, then the others"
                 : text + " in " + spec.certificate_file.string();
}

}  // namespace

void Certificate::Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

Result<Certificate> Certificate::make(TlsSpec const& spec) {
  auto chain = read_chain(spec);
  if (!chain) return chain.error();
  auto const key = read_key(spec);
  if (!key) return key.error();
  auto& own = chain->front();
  if (X509_check_private_key(own.get(), key->get()) != 1)
    return invalid(mismatch(spec, *chain, key->get()));

  Certificate made;
  made.validity_ = {time_of(X509_get0_notBefore(own.get())),
                    time_of(X509_get0_notAfter(own.get()))};
  made.context_.reset(SSL_CTX_new(TLS_server_method()));
  auto* context = made.context_.get();
  if (context == nullptr || !set_up(context))
    return invalid("OpenSSL cannot set up TLS: " + reason());
  bool good = SSL_CTX_use_certificate(context, own.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, key->get()) == 1;
  for (auto one = std::next(chain->begin()); good && one != chain->end(); ++one)
    good = SSL_CTX_add1_chain_cert(context, one->get()) == 1;
  if (!good)
    return invalid(
        "the certificate in " + spec.certificate_file.string() + " cannot be used (" + reason() +
        "): an ECDSA key on P-256, or an RSA key of 2048 bits, is what every client takes");
  ERR_clear_error();
  return made;
}

std::string Validity::worry(Instant now, TlsSpec const& spec) const {
  using std::chrono::days;
  auto const head = "the certificate in " + spec.certificate_file.string();
  auto const date = [](Instant at) { return format_time("%Y-%m-%d %H:%M", at, Zone{}) + " UTC"; };
  if (now < from)
    return head + " is good from " + date(from) + " on only: is the clock of this machine right?";
  if (now >= until)
    return head + " has expired on " + date(until) + ": browsers and curl refuse it; renew it";
  if (until - now <= std::min<Duration>(days{14}, (until - from) / 4))
    return head + " expires on " + date(until) + ": renew it";
  return {};
}

}  // namespace snapcron
