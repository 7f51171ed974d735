// How a connection with TLS begins. A handshake's arithmetic is a worker's: an RSA key takes
// milliseconds on a small board, and the loop has edges to act on.

#include "http/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace snapcron::http {
namespace {

constexpr unsigned char handshake_record = 22;  // what a TLS client's first byte is

}  // namespace

/// The first byte tells who is there: it costs a client that sends none nothing but its place.
bool Session::on_greeting() {
  unsigned char first = 0;
  auto const n = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    wait(boost::asio::posix::descriptor_base::wait_read);
    return false;
  }
  if (n == 1 && first >= 'A' && first <= 'Z') {
    drain_ = true;
    reply(problem(400, "this port speaks TLS: ask by https://"));
    return true;
  }
  if (n != 1 || first != handshake_record || !hub_->certificate ||
      !transport_.encrypt(hub_->certificate->context())) {
    close();
    return false;
  }
  phase_ = Phase::handshake;
  return true;
}

bool Session::on_handshake() {
  if (std::exchange(at_work_, true)) return false;
  boost::asio::post(hub_->workers, [self = shared_from_this(),
                                    loop = boost::asio::make_work_guard(hub_->loop)]() mutable {
    auto const how = self->transport_.shake_hands();
    boost::asio::post(loop.get_executor(), [self = std::move(self), how] { self->shaken(how); });
  });
  return false;
}

void Session::shaken(Transport::Handshake how) {
  at_work_ = false;
  if (phase_ == Phase::closed) {  // meanwhile
    boost::system::error_code ignored;
    socket_.close(ignored);
    return;
  }
  switch (how) {
    case Transport::Handshake::done:
      phase_ = Phase::head;
      return turn();
    case Transport::Handshake::to_read:
      return wait(boost::asio::posix::descriptor_base::wait_read);
    case Transport::Handshake::to_write:
      return wait(boost::asio::posix::descriptor_base::wait_write);
    case Transport::Handshake::failed:
      transport_.stay_plain();
      end();  // at once the client would lose the alert that says why
      return turn();
  }
}

}  // namespace snapcron::http
