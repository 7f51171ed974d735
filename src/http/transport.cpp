#include "http/transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace snapcron::http {
namespace {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE.
int fd_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int again_or(BIO* bio, ssize_t result, void (*retry)(BIO*)) {
  BIO_clear_retry_flags(bio);
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) retry(bio);
  return static_cast<int>(result);
}

int read_socket(BIO* bio, char* into, int size) {
  auto const n = ::recv(fd_of(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  return again_or(bio, n, [](BIO* b) { BIO_set_retry_read(b); });
}

int write_socket(BIO* bio, char const* from, int size) {
  auto const n =
      ::send(fd_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  return again_or(bio, n, [](BIO* b) { BIO_set_retry_write(b); });
}

long control_socket(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_ctrl(made, control_socket);
    return made;
  }();
  return method;
}

// As much as one record holds.
constexpr std::size_t record = SSL3_RT_MAX_PLAIN_LENGTH;

int as_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

void Transport::Free::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

Transport::Transport(int fd) : fd_{fd} {}
Transport::~Transport() = default;

bool Transport::encrypt(ssl_ctx_st* context) {
  auto* method = socket_method();
  auto* bio = method != nullptr ? BIO_new(method) : nullptr;
  tls_.reset(bio != nullptr ? SSL_new(context) : nullptr);
  if (!tls_) {
    BIO_free(bio);
    return false;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd_)));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
  // A reply of several records must not wait for the client to acknowledge the first.
  int const one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return true;
}

void Transport::stay_plain() {
  tls_.reset();
}

Transport::Handshake Transport::shake_hands() {
  ERR_clear_error();
  int const result = SSL_do_handshake(tls_.get());
  if (result == 1) return Handshake::done;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Handshake::to_read;
    case SSL_ERROR_WANT_WRITE:
      return Handshake::to_write;
    default:
      ERR_clear_error();
      return Handshake::failed;
  }
}

ssize_t Transport::receive(std::span<char> into) {
  if (!tls_) return ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
  ERR_clear_error();
  int const result = SSL_read(tls_.get(), into.data(), as_int(into.size()));
  if (result > 0) return result;
  int const why = SSL_get_error(tls_.get(), result);
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  receives_by_sending_ = why == SSL_ERROR_WANT_WRITE;
  errno = why == SSL_ERROR_WANT_READ || receives_by_sending_ ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t Transport::sent(int result) {
  if (result > 0) return result;
  int const why = SSL_get_error(tls_.get(), result);
  errno = why == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t Transport::send(std::string_view first, std::string_view second) {
  if (tls_) {
    ERR_clear_error();
    if (first.empty() || second.empty()) {
      auto const bytes = first.empty() ? second : first;
      return sent(SSL_write(tls_.get(), bytes.data(), as_int(bytes.size())));
    }
    // A header and the beginning of what follows it are one record.
    std::array<char, record> together;
    auto const of_first = first.copy(together.data(), together.size());
    auto const of_second = second.copy(together.data() + of_first, together.size() - of_first);
    return sent(SSL_write(tls_.get(), together.data(), as_int(of_first + of_second)));
  }
  if (second.empty()) return ::send(fd_, first.data(), first.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                    {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  return ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool Transport::end() {
  if (tls_) {
    ERR_clear_error();
    int const result = SSL_shutdown(tls_.get());
    if (result < 0 && SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_WRITE) return false;
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
  return true;
}

Transport::Client Transport::client() const {
  pollfd state{.fd = fd_, .events = POLLRDHUP, .revents = 0};
  if (::poll(&state, 1, 0) <= 0) return Client::there;
  if ((state.revents & (POLLHUP | POLLERR)) != 0) return Client::gone;
  return (state.revents & POLLRDHUP) != 0 ? Client::sends_no_more : Client::there;
}

bool Transport::has_more() const {
  return tls_ && SSL_pending(tls_.get()) > 0;
}

}  // namespace snapcron::http
