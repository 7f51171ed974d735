#pragma once
// The log-ins of browsers: who has logged in on the page is known by a cookie from then on.

#include "core/time.hpp"
#include "http/authenticator.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

/// The cookie's name; its value is 256 random bits in hexadecimal. Only their SHA-256 is kept, so
/// that nobody who reads our memory can come in by it.
constexpr std::string_view login_cookie = "snapcron";

/// The cookie's value in a Cookie field; empty where it is not among them.
std::string_view login_cookie_in(std::string_view cookies);

class Logins {
 public:
  /// With one more, the one that has not been used for the longest time is forgotten.
  static constexpr std::size_t at_once = 64;
  static constexpr Duration longest_idle = std::chrono::hours{7 * 24};
  static constexpr Duration longest = std::chrono::hours{30 * 24};

  /// The cookie's value.
  std::string begin(Visitor who, Steady now);
  /// Null when it is none, or too old. Counts as a use.
  Visitor const* find(std::string_view value, Steady now);
  void end(std::string_view value);
  void forget_all() { logins_.clear(); }

 private:
  using Sum = std::array<unsigned char, 32>;
  struct Login {
    Sum sum;
    Visitor who;
    Steady begun, used;
  };
  static Sum sum_of(std::string_view value);
  std::vector<Login>::iterator at(std::string_view value);

  std::vector<Login> logins_;
};

}  // namespace snapcron::http
