#include "http/listener.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace snapcron::http {
namespace {

constexpr int accepts_a_turn = 32;
constexpr auto pause_without_descriptors = std::chrono::milliseconds{250};

}  // namespace

struct Listener::Shared {
  Shared(boost::asio::io_context& loop, int fd, bool is_local, Accepted callback)
      : descriptor{loop, fd}, pause{loop}, local{is_local}, accepted{std::move(callback)} {}

  boost::asio::posix::stream_descriptor descriptor;
  boost::asio::steady_timer pause;
  bool local;
  Accepted accepted;
};

Listener::Listener(boost::asio::io_context& loop, int fd, bool local, Accepted accepted)
    : shared_{std::make_shared<Shared>(loop, fd, local, std::move(accepted))} {
  wait(shared_);
}

Listener::~Listener() {
  boost::system::error_code ignored;
  shared_->descriptor.close(ignored);
  shared_->pause.cancel();
}

void Listener::wait(std::shared_ptr<Shared> const& shared) {
  shared->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                [shared](boost::system::error_code ec) {
                                  if (!ec && shared->descriptor.is_open()) accept_some(shared);
                                });
}

void Listener::accept_some(std::shared_ptr<Shared> const& shared) {
  for (int i = 0; i < accepts_a_turn && shared->descriptor.is_open(); ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int const fd =
        ::accept4(shared->descriptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                  SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      auto peer = shared->local ? Peer{true, {}} : peer_of(address);
      shared->accepted(fd, peer);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      shared->pause.expires_after(pause_without_descriptors);
      shared->pause.async_wait([shared](boost::system::error_code ec) {
        if (!ec && shared->descriptor.is_open()) accept_some(shared);
      });
      return;
    }
    if (errno == EAGAIN) break;  // anything else is one connection's own bad luck
  }
  if (shared->descriptor.is_open()) wait(shared);
}

std::string Listener::address() const {
  return address_of(shared_->descriptor.native_handle());
}

}  // namespace snapcron::http
