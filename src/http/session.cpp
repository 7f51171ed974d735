#include "http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace snapcron::http {
namespace {

// What is encrypted before others have their turn.
constexpr std::size_t encrypted_a_turn = 256 * 1024;

// A body up to this size goes out in one piece with the header.
constexpr std::size_t copied_body = 4096;

}  // namespace

Session::Session(std::shared_ptr<Hub> hub, int fd, Peer const& peer, bool refused)
    : hub_{std::move(hub)},
      socket_{hub_->loop.get_executor(), fd},
      transport_{fd},
      peer_{peer},
      refused_{refused},
      reader_{{hub_->limits.header_bytes, hub_->limits.header_fields, hub_->limits.body_bytes}},
      taken_{hub_->loop, boost::asio::steady_timer::time_point::max()} {}

Session::~Session() = default;

void Session::start() {
  if (refused_) {
    drain_ = true;
    auto response = problem(503, "too many connections: try again later");
    response.fields = "Retry-After: 10\r\n";
    reply(std::move(response));
    return turn();
  }
  if (peer_.encrypted) phase_ = Phase::greeting;
  set_deadline(hub_->limits.header);
  wait(boost::asio::posix::descriptor_base::wait_read);
}

void Session::turn() {
  bool more = true;
  while (more) {
    switch (phase_) {
      case Phase::greeting:
        more = on_greeting();
        break;
      case Phase::handshake:
        more = on_handshake();
        break;
      case Phase::head:
        more = on_head();
        break;
      case Phase::body:
        more = on_body();
        break;
      case Phase::writing:
        more = on_writing();
        break;
      case Phase::streaming:
        more = on_streaming();
        break;
      case Phase::draining:
        more = on_draining();
        break;
      case Phase::login:
      case Phase::handler:
      case Phase::closed:
        return;
    }
  }
}

bool Session::on_head() {
  switch (reader_.read_head()) {
    case RequestReader::Step::refused:
      refuse_request();
      return true;
    case RequestReader::Step::done:
      begin_request();
      return true;
    case RequestReader::Step::more:
      break;
  }
  if (!header_begun_ && reader_.has_bytes()) {
    header_begun_ = true;
    set_deadline(hub_->limits.header);
  }
  return receive();
}

/// The header is whole: who asks, for what, and may they?
void Session::begin_request() {
  deadline_ = Deadline::max();
  auto const& request = reader_.request();
  ++requests_;
  keep_alive_ = request.keep_alive && requests_ < hub_->limits.requests;
  head_only_ = request.method == Method::head;
  bool const passwords = hub_->entrance.asks();
  if (auto refusal = turn_away(request, peer_, passwords)) return reply(std::move(*refusal));
  match_ = match(request.method, request.path, request.query);
  if (peer_.local || !passwords || match_.permission() == Permission::none)
    return admitted({Verdict::user});
  phase_ = Phase::login;
  auto visitor = hub_->entrance.check(request, takes_cookie(request, match_, peer_.encrypted),
                                      peer_, [self = shared_from_this()](Visitor later) {
                                        if (self->phase_ != Phase::login) return;
                                        self->admitted(std::move(later));
                                        self->turn();
                                      });
  if (visitor) admitted(std::move(*visitor));
}

void Session::admitted(Visitor visitor) {
  auto const& request = reader_.request();
  if (auto refusal = turn_away(request, peer_, match_, visitor)) return reply(std::move(*refusal));
  visitor_ = std::move(visitor);
  phase_ = Phase::body;
  if (!request.announces_body) return;
  set_deadline(hub_->limits.body);
  if (request.expects_continue && !reader_.body_has_begun()) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    if (transport_.send(go_on) != static_cast<ssize_t>(go_on.size())) close();
  }
}

bool Session::on_body() {
  switch (reader_.read_body()) {
    case RequestReader::Step::refused:
      refuse_request();
      return true;
    case RequestReader::Step::done:
      if (match_.form)
        understand_form();
      else
        handle();
      return true;
    case RequestReader::Step::more:
      break;
  }
  return receive();
}

/// Now it is known what is asked for: the same is asked of the caller as of one that sent it as a
/// query.
void Session::understand_form() {
  if (reader_.take_form() == RequestReader::Step::refused) return refuse_request();
  auto const& request = reader_.request();
  match_ = match(Method::get, request.path, request.query);
  if (auto refusal = turn_away(request, peer_, match_, visitor_)) return reply(std::move(*refusal));
  handle();
}

/// Whoever asked for something to be done may have given up meanwhile, when the request lay here
/// while this process stood still. A browser's connection that sends no more is closed; a program
/// may send its request, end that side, and wait.
bool Session::is_awaited() const {
  auto const client = transport_.client();
  return client == Transport::Client::there ||
         (client == Transport::Client::sends_no_more && !from_a_browser(reader_.request()));
}

void Session::handle() {
  if (match_.operates() && !peer_.local && !is_awaited()) return close();
  deadline_ = Deadline::max();
  phase_ = Phase::handler;
  call_.emplace(Call{reader_.request(), std::move(match_.argument), std::move(visitor_), peer_});
  auto const& handler = match_.route->handler;
  if (!std::holds_alternative<Immediate>(handler)) {
    auto work = std::holds_alternative<Waiting>(handler)
                    ? serve(shared_from_this(), std::get<Waiting>(handler))
                    : serve(shared_from_this(), std::get<Streaming>(handler));
    boost::asio::co_spawn(
        hub_->loop.get_executor(), std::move(work),
        [self = shared_from_this()](std::exception_ptr broken) { self->served(broken); });
    return;
  }
  try {
    (hub_->api.*std::get<Immediate>(handler))(*call_, response_);
  } catch (std::exception const&) {
    response_ = problem(500, "this request failed in a way that it should not");
  }
  reply();
}

boost::asio::awaitable<void> Session::serve(std::shared_ptr<Session> self, Waiting handler) {
  co_await (self->hub_->api.*handler)(*self->call_, self->response_);
}

boost::asio::awaitable<void> Session::serve(std::shared_ptr<Session> self, Streaming handler) {
  co_await (self->hub_->api.*handler)(*self->call_, self->response_, *self);
}

void Session::served(std::exception_ptr broken) {
  if (broken) response_ = problem(500, "this request failed in a way that it should not");
  boost::asio::post(hub_->loop, [self = shared_from_this()] {
    if (self->phase_ == Phase::streaming) return self->close();  // we have no more to say
    if (self->phase_ != Phase::handler) return;
    self->reply();
    self->turn();
  });
}

/// The bytes were no request that can be understood in one way only: say so, and end the
/// connection.
void Session::refuse_request() {
  drain_ = true;
  auto const& refusal = reader_.refusal();
  reply(problem(refusal.status, refusal.detail));
}

void Session::reply(Response response) {
  response_ = std::move(response);
  // A body that nobody will read stands in the way of the next request.
  if (phase_ != Phase::handler && reader_.request().announces_body) drain_ = true;
  reply();
}

void Session::reply() {
  if (drain_ || response_.close) keep_alive_ = false;
  phase_ = Phase::writing;
  sent_ = 0;
  stalled_at_ = std::string::npos;
  out_.clear();
  append_head(out_, response_, {reader_.request().version, keep_alive_, hub_->date()});
  if (!head_only_ && response_.payload().size() <= copied_body) out_ += response_.payload();
}

/// Sends what is left of the header, and of a payload that stands apart from it.
Session::Sending Session::send_rest(std::string_view payload) {
  auto const begun_at = sent_;
  while (sent_ < out_.size() + payload.size()) {
    bool const others_turn = transport_.encrypted() && sent_ - begun_at >= encrypted_a_turn;
    auto const in_head = std::min(sent_, out_.size());
    auto const n = others_turn ? 0
                               : transport_.send(std::string_view{out_}.substr(in_head),
                                                 payload.substr(sent_ - in_head));
    if (n > 0) {
      sent_ += static_cast<std::size_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (!others_turn && (n == 0 || errno != EAGAIN)) {
      close();
      return Sending::closed;
    }
    if (std::exchange(stalled_at_, sent_) != sent_) set_deadline(hub_->limits.write_stall);
    wait(boost::asio::posix::descriptor_base::wait_write);
    return Sending::waits;
  }
  return Sending::done;
}

bool Session::on_writing() {
  bool const apart = !head_only_ && response_.payload().size() > copied_body;
  auto const payload = apart ? response_.payload() : std::string_view{};
  return send_rest(payload) == Sending::done && finish_reply();
}

bool Session::receive() {
  auto const space = reader_.space();
  for (;;) {
    auto const n = transport_.receive(space);
    if (n > 0) {
      reader_.wrote(static_cast<std::size_t>(n));
      return true;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    close();
    return false;
  }
  wait(transport_.receives_by_sending() ? boost::asio::posix::descriptor_base::wait_write
                                        : boost::asio::posix::descriptor_base::wait_read);
  return false;
}

void Session::wait(boost::asio::posix::descriptor_base::wait_type what) {
  bool Session::*const waits = what == boost::asio::posix::descriptor_base::wait_read
                                   ? &Session::waits_to_read_
                                   : &Session::waits_to_write_;
  if (std::exchange(this->*waits, true)) return;
  socket_.async_wait(what, [self = shared_from_this(), waits](boost::system::error_code ec) {
    *self.*waits = false;
    if (ec) return self->close();
    self->turn();
  });
}

void Session::set_deadline(Duration from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
  hub_->expect(deadline_);
}

void Session::expire() {
  bool const asking = (phase_ == Phase::head && reader_.has_bytes()) || phase_ == Phase::body;
  if (!asking) return close();
  deadline_ = Deadline::max();
  drain_ = true;
  reply(problem(408, "the request took too long to come"));
  turn();
}

}  // namespace snapcron::http
