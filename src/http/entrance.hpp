#pragma once
// Who comes in, and how: with a password in each request, as programs do, or by the cookie of a
// log-in, as the page does. Both by the same users, and the same limits on guesses.

#include "http/authenticator.hpp"
#include "http/logins.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

struct Call;

class Entrance {
 public:
  Entrance(boost::asio::io_context& loop, boost::asio::thread_pool& workers, Clock const& clock);

  /// Whose line is gone or has become another one must log in again.
  void set_users(std::vector<User> users);

  /// Who has logged in and from where, for restore(): of no use to who wants to come in.
  std::string text() const;
  /// Called when text() has become another one.
  void on_changed(std::function<void()> changed);
  /// After set_users(); whatever is no such text is left out.
  void restore(std::string_view text);
  void on_refused(Authenticator::Refused refused) {
    authenticator_->on_refused(std::move(refused));
  }
  void stop() { authenticator_->stop(); }
  bool asks() const { return authenticator_->asks(); }

  /// As Authenticator::check(). `by_cookie`: a log-in will do.
  std::optional<Visitor> check(Request const& request, bool by_cookie, Peer const& from,
                               Authenticator::Done done);

  /// {"name", "password"} to a cookie and {"name", "role"}.
  boost::asio::awaitable<void> log_in(Call const& call, Response& response);
  void log_out(Call const& call, Response& response);

 private:
  Authenticator::DeviceOf device_of(Request const& request) const;
  boost::asio::awaitable<Visitor> judge(Credentials credentials, Call const& call);

  boost::asio::io_context& loop_;
  Clock const& clock_;
  std::shared_ptr<Authenticator> const authenticator_;
  Logins logins_;
};

/// What a browser that shows a page is told in place of 401: where it can log in.
Response to_login(Request const& request);

}  // namespace snapcron::http
