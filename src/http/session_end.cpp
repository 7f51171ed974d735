// How a reply ends, and a connection.

#include "http/session.hpp"

#include <cerrno>
#include <utility>

namespace snapcron::http {
namespace {

// At the end of a connection the client may still be sending (a body that was refused, the empty
// line that old clients put after one). Closing at once would reset the connection and could
// destroy our reply on its way; so its bytes are taken for a while, and forgotten.
constexpr Duration drain_time = std::chrono::seconds{2};
constexpr std::size_t drain_bytes = 256 * 1024;

}  // namespace

void Session::end() {
  end_told_ = transport_.end();
  phase_ = Phase::draining;
  set_deadline(drain_time);
}

bool Session::finish_reply() {
  if (!keep_alive_) {
    end();
    return true;
  }
  call_.reset();
  response_.reset();
  reader_.next();
  phase_ = Phase::head;
  header_begun_ = head_only_ = false;
  if (reader_.has_bytes() || transport_.has_more()) return true;  // pipelined
  set_deadline(hub_->limits.keep_alive);
  wait(boost::asio::posix::descriptor_base::wait_read);
  return false;
}

Session::Rest Session::forget_what_comes() {
  char nobody_reads_this[4096];
  for (;;) {
    auto const n = transport_.receive(nobody_reads_this);
    if (n > 0 && (drained_ += static_cast<std::size_t>(n)) < drain_bytes) continue;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Rest::comes;
    return n == 0 ? Rest::ended : Rest::cut;
  }
}

bool Session::on_draining() {
  if (!end_told_ && !(end_told_ = transport_.end()))
    wait(boost::asio::posix::descriptor_base::wait_write);
  if (forget_what_comes() == Rest::comes)
    wait(boost::asio::posix::descriptor_base::wait_read);
  else
    close();
  return false;
}

void Session::close() {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  auto const self = shared_from_this();
  if (!at_work_) {  // else when the worker has come back
    if (transport_.encrypted() && !end_told_) transport_.end();
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  taken_.cancel();
  if (waits_for_) waits_for_->cancel();
  hub_->left(*this);
}

}  // namespace snapcron::http
