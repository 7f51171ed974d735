#pragma once
// The TLS of a test's client, on a socket that is never waited for: OpenSSL sees memory only, so
// that no write of it raises SIGPIPE and the server's own care is seen.

#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace snapcron {

class TlsClient {
 public:
  explicit TlsClient(int fd) : fd_{fd}, context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free} {
    SSL_CTX_set_security_level(context_.get(), 0);  // it may ask for what nobody should have
    tls_.reset(SSL_new(context_.get()));
    SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(tls_.get());
  }

  /// To be set up before the first byte, or looked at afterwards.
  SSL* tls() { return tls_.get(); }
  bool connected() { return SSL_is_init_finished(tls_.get()) == 1; }

  void send(std::string_view bytes) {
    unsent_ += bytes;
    push();
  }
  /// Tells TLS's end, then TCP's.
  void finish() {
    finishing_ = true;
    push();
  }

  /// As RawClient::read().
  bool read(std::string& got, bool& reset) {
    bool open = take();
    push();
    char buffer[65536];
    for (;;) {
      ERR_clear_error();
      int const n = SSL_read(tls_.get(), buffer, sizeof buffer);
      if (n > 0) {
        got.append(buffer, static_cast<std::size_t>(n));
        continue;
      }
      int const why = remember(n);
      push();
      if (why == SSL_ERROR_ZERO_RETURN) {
        said_goodbye = true;
        return false;
      }
      if (why != SSL_ERROR_WANT_READ) open = false;
      reset = !open;
      return open;
    }
  }

  bool said_goodbye = false;  // by TLS, not only by closing
  std::string error;          // the first, in OpenSSL's words

 private:
  bool take() {
    char buffer[65536];
    for (;;) {
      auto const n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n > 0)
        BIO_write(SSL_get_rbio(tls_.get()), buffer, static_cast<int>(n));
      else
        return n < 0 && errno == EAGAIN;
    }
  }

  int remember(int result) {
    int const why = SSL_get_error(tls_.get(), result);
    auto const* text = ERR_reason_error_string(ERR_peek_error());
    if (why == SSL_ERROR_SSL && text != nullptr && error.empty()) error = text;
    return why;
  }

  void push() {
    ERR_clear_error();
    if (!connected()) remember(SSL_do_handshake(tls_.get()));
    if (connected() && !unsent_.empty() &&
        SSL_write(tls_.get(), unsent_.data(), static_cast<int>(unsent_.size())) > 0)
      unsent_.clear();  // memory takes all
    bool const ends = connected() && finishing_ && unsent_.empty();
    if (ends) SSL_shutdown(tls_.get());
    char* data = nullptr;
    auto* out = SSL_get_wbio(tls_.get());
    while (BIO_get_mem_data(out, &data) > 0) {
      auto const size = static_cast<std::size_t>(BIO_get_mem_data(out, &data));
      auto const n = ::send(fd_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n <= 0) return;
      std::string sent(static_cast<std::size_t>(n), '\0');
      BIO_read(out, sent.data(), static_cast<int>(n));
    }
    if (ends) {
      ::shutdown(fd_, SHUT_WR);
      finishing_ = false;
    }
  }

  int fd_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  std::unique_ptr<SSL, Free> tls_;
  std::string unsent_;
  bool finishing_ = false;
};

}  // namespace snapcron
