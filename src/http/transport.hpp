#pragma once
// What a session reads from and writes to: its socket, or TLS on it.

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace snapcron::http {

/// Never blocks, never raises SIGPIPE. One call at a time, from any thread.
class Transport {
 public:
  /// A connected socket, of which it is not the owner.
  explicit Transport(int fd);
  ~Transport();

  /// As recv(2) and send(2), with errno: EAGAIN says to wait. Data, then 0 at the client's end; one
  /// that ends a TLS connection without a word is -1, as is one that breaks it.
  ssize_t receive(std::span<char> into);
  /// One piece after the other; what has been sent counts over both. After EAGAIN the same bytes
  /// come again.
  ssize_t send(std::string_view first, std::string_view second = {});
  /// Tells the client that nothing more comes. False: call again when the socket takes bytes.
  bool end();

  /// How the connection stands at the other end, as far as TCP tells: one that sends no more may
  /// still wait for our reply.
  enum class Client { there, sends_no_more, gone };
  Client client() const;

  /// Bytes that are there and that no wait on the socket tells of.
  bool has_more() const;
  /// After EAGAIN of receive(): it is for sending that it waits.
  bool receives_by_sending() const { return receives_by_sending_; }

  // TLS
  bool encrypted() const { return tls_ != nullptr; }
  /// From here on; the handshake is to come. False: no memory.
  bool encrypt(ssl_ctx_st* context);
  /// After a handshake that failed.
  void stay_plain();
  enum class Handshake { done, to_read, to_write, failed };
  /// Goes as far as it can. Costs up to milliseconds of CPU.
  Handshake shake_hands();

 private:
  struct Free {
    void operator()(ssl_st* tls) const;
  };
  ssize_t sent(int result);

  int const fd_;
  std::unique_ptr<ssl_st, Free> tls_;
  bool receives_by_sending_ = false;
};

}  // namespace snapcron::http
