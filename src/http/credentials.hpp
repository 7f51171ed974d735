#pragma once
// The Authorization field of Basic authentication.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace snapcron::http {

struct Credentials {
  std::string user;
  std::string password;
  ~Credentials();  // wipes the password
  Credentials(std::string u, std::string p);
  Credentials(Credentials&&) = default;
  Credentials& operator=(Credentials&&) = default;
  Credentials(Credentials const&) = delete;
  Credentials& operator=(Credentials const&) = delete;
};

/// A name without a colon, no NUL, and no more than crypt(3) can take.
bool acceptable(std::string_view user, std::string_view password);

/// Nullopt for another scheme, broken base64, no colon, a NUL, or more than crypt(3) can take.
std::optional<Credentials> parse_basic(std::string_view authorization);

/// Strict RFC 4648 base64: padded, no line ends, no stray bits.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace snapcron::http
