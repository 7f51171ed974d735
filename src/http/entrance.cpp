#include "http/entrance.hpp"

#include "core/percent_encoding.hpp"
#include "http/api.hpp"
#include "http/json_body.hpp"
#include "http/login_refusal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace snapcron::http {
namespace {

namespace json = boost::json;

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
/// known to be the page, and not asked by the browser's own box; and to be a device that belongs
/// here, whose guesses are its own.
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

std::string Entrance::text() const {
  json::array addresses;
  for (auto const& key : authenticator_->known_addresses())
    addresses.push_back(json::value(to_text(key)));
  return json::serialize(
             json::object{{"logins", logins_.all()}, {"addresses", std::move(addresses)}}) +
         "\n";
}

void Entrance::on_changed(std::function<void()> changed) {
  logins_.on_changed(changed);
  authenticator_->on_known(std::move(changed));
}

void Entrance::restore(std::string_view text) {
  boost::system::error_code bad;
  auto const all = json::parse({text.data(), text.size()}, bad);
  auto const list = [&](char const* key) {
    auto const* const value = !bad && all.is_object() ? all.get_object().if_contains(key) : nullptr;
    return value && value->is_array() ? value->get_array() : json::array{};
  };
  logins_.restore(list("logins"));
  std::vector<PeerKey> known;
  for (auto const& one : list("addresses"))
    if (one.is_string())
      if (auto const key = parse_peer_key({one.get_string().data(), one.get_string().size()}))
        known.push_back(*key);
  authenticator_->restore_known(known);
}

Authenticator::DeviceOf Entrance::device_of(Request const& request) const {
  auto const value = login_cookie_in(request.cookie);
  if (value.empty()) return {};
  return [this, value](std::string_view name) {
    return logins_.device(value, name, clock_.now().wall);
  };
}

std::optional<Visitor> Entrance::check(Request const& request, bool by_cookie, Peer const& from,
                                       Authenticator::Done done) {
  if (by_cookie && request.authorization.empty())
    if (auto const value = login_cookie_in(request.cookie); !value.empty())
      if (auto const* visitor = logins_.find(value, clock_.now().wall)) {
        authenticator_->know(from.key);
        return *visitor;
      }
  return authenticator_->check(request.authorization, from, std::move(done), device_of(request));
}

boost::asio::awaitable<Visitor> Entrance::judge(Credentials credentials, Call const& call) {
  auto const awaited = std::make_shared<Awaited>(loop_);
  {
    auto const teller = std::make_shared<Teller>(awaited);
    auto known = authenticator_->check(
        std::move(credentials), call.peer,
        [teller](Visitor later) { teller->tell(std::move(later)); }, device_of(call.request));
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
  auto visitor = co_await judge(std::move(*credentials), call);
  if (visitor != Verdict::user && visitor != Verdict::viewer) {
    response = login_refusal(visitor);
    co_return;
  }
  json::object const reply{{"name", visitor.name},
                           {"role", visitor == Verdict::viewer ? "viewer" : "user"}};
  auto const before = login_cookie_in(call.request.cookie);
  auto const cookie = logins_.begin(std::move(visitor), clock_.now().wall, before);
  set_cookie(response, cookie, call.peer.encrypted);
  response.content_type = "application/json";
  response.body = json::serialize(reply) + "\n";
}

void Entrance::log_out(Call const& call, Response& response) {
  logins_.end(login_cookie_in(call.request.cookie));
  response.fields = "Clear-Site-Data: \"cache\"\r\n";  // the pictures in it
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
