// Of Session: a reply without an end.

#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <string>
#include <utility>

namespace snapcron::http {
namespace {

// What the kernel keeps for a client of a stream that does not read: not more is ever old news.
constexpr int stream_buffer = 128 * 1024;

}  // namespace

boost::asio::awaitable<bool> Session::begin(Response head) {
  if (phase_ != Phase::handler) co_return false;
  head.endless = true;
  head.close = true;
  if (head_only_) {
    response_ = std::move(head);
    co_return false;
  }
  keep_alive_ = false;
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDBUF, &stream_buffer,
               sizeof stream_buffer);
  std::string text;
  append_head(text, head, {reader_.request().version, false, hub_->date()});
  phase_ = Phase::streaming;
  co_return co_await send(std::move(text), nullptr);
}

boost::asio::awaitable<bool> Session::send(std::string text,
                                           std::shared_ptr<std::string const> picture) {
  if (phase_ != Phase::streaming) co_return false;
  out_ = std::move(text);
  response_.picture = std::move(picture);
  sent_ = 0;
  stalled_at_ = std::string::npos;
  turn();
  while (phase_ == Phase::streaming && !out_.empty())
    co_await taken_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return phase_ == Phase::streaming;
}

boost::asio::awaitable<bool> Session::wait(boost::asio::steady_timer& timer) {
  if (phase_ != Phase::streaming) co_return false;
  if (client_ended_) co_return false;
  waits_for_ = &timer;
  co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  waits_for_ = nullptr;
  co_return phase_ == Phase::streaming && !client_ended_;
}

/// Sends the present part. What the client says meanwhile is no request; that it leaves is news.
/// One that only ends its side may still read: whether it does, the next part tells.
bool Session::on_streaming() {
  if (!client_ended_) {
    auto const rest = forget_what_comes();
    client_ended_ = rest == Rest::ended;
    if (client_ended_ && waits_for_) waits_for_->cancel();
    if (rest == Rest::cut) {
      close();
      return false;
    }
  }
  if (send_rest(response_.payload()) == Sending::done) {
    out_.clear();
    sent_ = 0;
    response_.picture.reset();
    deadline_ = Deadline::max();
    taken_.cancel();
  }
  if (phase_ != Phase::closed && !client_ended_)
    wait(boost::asio::posix::descriptor_base::wait_read);
  return false;
}

}  // namespace snapcron::http
