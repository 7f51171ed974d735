#include "http/date.hpp"
#include "http/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <vector>

namespace snapcron::http {
namespace {

// So many clients at once are told that there is no room; further ones are cut off without a word.
constexpr std::size_t refused_at_once = 32;

}  // namespace

Hub::Hub(boost::asio::io_context& l, Controls& controls, Clock const& c,
         boost::asio::thread_pool& w, ServerLimits const& server_limits)
    : loop{l},
      workers{w},
      clock{c},
      limits{server_limits},
      entrance{l, w, c},
      api{controls, entrance},
      timer_{l} {}

bool Hub::has_room(Peer const& peer) const {
  if (peer.local) return local_ < limits.connections;
  auto const theirs = by_address_.find(peer.key);
  return network_ < limits.connections &&
         (theirs == by_address_.end() || theirs->second < limits.connections_per_address);
}

void Hub::count(Session const& session, int change) {
  auto const add = [change](std::size_t& counter) { counter += static_cast<std::size_t>(change); };
  if (session.refused()) return add(refused_);
  if (session.peer().local) return add(local_);
  add(network_);
  auto& theirs = by_address_[session.peer().key];
  add(theirs);
  if (theirs == 0) by_address_.erase(session.peer().key);
}

void Hub::admit(int fd, Peer const& peer) {
  bool const room = has_room(peer);
  auto who = peer;
  who.encrypted = certificate && !peer.local;
  // A handshake only to say no would cost more than a request.
  if (!room && (who.encrypted || refused_ >= refused_at_once)) {
    ::close(fd);
    return;
  }
  std::shared_ptr<Session> session;
  try {
    session = std::make_shared<Session>(shared_from_this(), fd, who, !room);
  } catch (std::exception const&) {
    ::close(fd);
    return;
  }
  sessions_.insert(session);
  count(*session, 1);
  session->start();
}

void Hub::left(Session& session) {
  if (sessions_.erase(session.shared_from_this()) == 0) return;
  count(session, -1);
  if (!sessions_.empty()) return;
  timer_.cancel();
  timer_at_ = Deadline::max();
}

void Hub::close_all() {
  for (auto const& session : std::vector(sessions_.begin(), sessions_.end())) session->close();
}

void Hub::close_network() {
  for (auto const& session : std::vector(sessions_.begin(), sessions_.end()))
    if (!session->peer().local) session->close();
}

void Hub::close_streams() {
  for (auto const& session : std::vector(sessions_.begin(), sessions_.end()))
    if (!session->peer().local && session->streams()) session->close();
}

void Hub::expect(Deadline deadline) {
  if (deadline >= timer_at_) return;
  timer_at_ = deadline;
  watch();
}

/// One timer for the earliest deadline. A deadline that has moved to later is found out when it
/// rings, so a busy connection does not touch it.
void Hub::watch() {
  timer_.expires_at(timer_at_);
  timer_.async_wait([self = weak_from_this()](boost::system::error_code ec) {
    auto const hub = self.lock();
    if (ec || !hub) return;
    auto const now = std::chrono::steady_clock::now();
    hub->timer_at_ = Deadline::max();
    auto next = Deadline::max();
    for (auto const& session : std::vector(hub->sessions_.begin(), hub->sessions_.end())) {
      if (session->deadline() <= now) session->expire();
      next = std::min(next, session->deadline());
    }
    if (next != Deadline::max() && !hub->sessions_.empty()) hub->expect(next);
  });
}

std::string_view Hub::date() {
  auto const second = std::chrono::floor<std::chrono::seconds>(clock.now().wall);
  if (date_.empty() || second != date_at_) {
    date_at_ = second;
    date_ = "Date: " + http_date(second) + "\r\n";
  }
  return date_;
}

}  // namespace snapcron::http
