#pragma once
// The log-ins of browsers: who has logged in on the page is known by a cookie from then on, over
// restarts of the daemon, too. When the log-in is over the browser is still known as a device of
// that user's, which has its own guesses at a password.

#include "core/site.hpp"
#include "core/time.hpp"
#include "http/authenticator.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

/// The cookie's name; its value is 256 random bits in hexadecimal. Only their SHA-256 is kept, so
/// that nobody who reads our memory or our file can come in by it.
constexpr std::string_view login_cookie = "snapcron";

/// The cookie's value in a Cookie field; empty where it is not among them.
std::string_view login_cookie_in(std::string_view cookies);

class Logins {
 public:
  /// With one more, the one that has not been used for the longest time is forgotten, of those that
  /// are over first.
  static constexpr std::size_t at_once = 64;
  static constexpr Duration longest_idle = std::chrono::hours{7 * 24};
  static constexpr Duration longest = std::chrono::hours{30 * 24};
  static constexpr Duration known_device = std::chrono::hours{365 * 24};

  /// Whose line of the users file is gone, or has become another one, must log in again.
  void set_users(std::vector<User> const& users);
  /// The cookie's value; `instead_of`: the browser's earlier one, which is forgotten.
  std::string begin(Visitor who, Instant now, std::string_view instead_of = {});
  /// Null when it is none, or too old. Counts as a use.
  Visitor const* find(std::string_view value, Instant now);
  /// The device stays known.
  void end(std::string_view value);
  /// The device that has once logged in as that user, be it over or not.
  std::optional<Device> device(std::string_view value, std::string_view name, Instant now) const;

  /// All of them, for restore(); uses are told by the day.
  boost::json::array all() const;
  /// Called when all() has become another one.
  void on_changed(std::function<void()> changed) { changed_ = std::move(changed); }
  /// After set_users(): those of an earlier all(), over where the user's line is another one.
  /// Whatever is none is left out.
  void restore(boost::json::array const& all);

 private:
  using Sum = Device;
  struct Login {
    Sum sum;
    Sum user;  // of the user's line
    Visitor who;
    Instant begun, used;
    bool ended = false;
  };
  static Sum sum_of(std::string_view value);
  static Sum sum_of(User const& user);
  std::vector<Login>::const_iterator at(std::string_view value) const;
  void changed() const {
    if (changed_) changed_();
  }

  struct Known {
    Sum sum;
    Verdict verdict;
  };
  std::map<std::string, Known, std::less<>> users_;
  std::vector<Login> logins_;
  std::function<void()> changed_;
};

}  // namespace snapcron::http
