#include "http/entrance.hpp"

#include "core/percent_encoding.hpp"
#include "http/api.hpp"
#include "http/json_body.hpp"
#include "http/login_refusal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace snapcron::http {
namespace {

/// What a coroutine waits for and a callback brings; a callback that is dropped brings "busy".
struct Awaited {
  explicit Awaited(boost::asio::io_context& loop)
      : told{loop, boost::asio::steady_timer::time_point::max()} {}
  boost::asio::steady_timer told;
  std::optional<Visitor> visitor;
};
struct Teller {
  std::shared_ptr<Awaited> awaited;
  void tell(Visitor visitor) {
    if (!awaited->visitor) awaited->visitor = std::move(visitor);
    awaited->told.cancel();
  }
  explicit Teller(std::shared_ptr<Awaited> whom) : awaited{std::move(whom)} {}
  Teller(Teller const&) = delete;
  ~Teller() { tell({Verdict::busy}); }
};

/// The cookie stays in the browser for longer than the log-in holds: whoever sends an old one is
/// known to be the page, and not asked by the browser's own box.
void set_cookie(Response& response, std::string_view value, bool encrypted) {
  response.fields += "Set-Cookie: ";
  response.fields += login_cookie;
  response.fields += '=';
  response.fields += value;
  response.fields += "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict";
  if (encrypted) response.fields += "; Secure";
  response.fields += "\r\n";
}

}  // namespace

Entrance::Entrance(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
                   Clock const& clock)
    : loop_{loop},
      clock_{clock},
      authenticator_{std::make_shared<Authenticator>(loop, workers, clock)} {}

void Entrance::set_users(std::vector<User> users) {
  logins_.set_users(users);
  authenticator_->set_users(std::move(users));
}

std::optional<Visitor> Entrance::check(Request const& request, bool by_cookie, Peer const& from,
                                       Authenticator::Done done) {
  if (by_cookie && request.authorization.empty())
    if (auto const value = login_cookie_in(request.cookie); !value.empty())
      if (auto const* visitor = logins_.find(value, clock_.now().wall)) return *visitor;
  return authenticator_->check(request.authorization, from, std::move(done));
}

boost::asio::awaitable<Visitor> Entrance::judge(Credentials credentials, Peer from) {
  auto const awaited = std::make_shared<Awaited>(loop_);
  {
    auto const teller = std::make_shared<Teller>(awaited);
    auto known = authenticator_->check(std::move(credentials), from,
                                       [teller](Visitor later) { teller->tell(std::move(later)); });
    if (known) co_return std::move(*known);
  }
  while (!awaited->visitor)
    co_await awaited->told.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return std::move(*awaited->visitor);
}

boost::asio::awaitable<void> Entrance::log_in(Call const& call, Response& response) {
  if (!asks())
    co_return make_problem(response, 404, "without a users file there is nobody to log in");
  auto credentials = parse_log_in(call.request.body);
  if (!credentials) co_return fail(response, credentials.error());
  auto visitor = co_await judge(std::move(*credentials), call.peer);
  if (visitor != Verdict::user && visitor != Verdict::viewer) {
    response = login_refusal(visitor);
    co_return;
  }
  boost::json::object const reply{{"name", visitor.name},
                                  {"role", visitor == Verdict::viewer ? "viewer" : "user"}};
  logins_.end(login_cookie_in(call.request.cookie));
  set_cookie(response, logins_.begin(std::move(visitor), clock_.now().wall), call.peer.encrypted);
  response.content_type = "application/json";
  response.body = boost::json::serialize(reply) + "\n";
}

void Entrance::log_out(Call const& call, Response& response) {
  logins_.end(login_cookie_in(call.request.cookie));
  set_cookie(response, "none", call.peer.encrypted);
  response.content_type = "application/json";
  response.body = "{}\n";
}

Response to_login(Request const& request) {
  Response response;
  response.status = 303;
  response.fields = "Location: /login";
  if (request.target != "/") response.fields += "?next=" + percent_encode(request.target, "/");
  response.fields += "\r\nVary: Accept, Cookie\r\n";
  response.body = "Log in at /login\n";
  return response;
}

}  // namespace snapcron::http
