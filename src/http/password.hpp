#pragma once
// crypt(3): what the users file holds. Slow on purpose (tens of milliseconds): never call on the
// loop.

#include <string>
#include <string_view>

namespace snapcron {

/// A fresh yescrypt hash with a random salt, for a line of the users file. Empty when the password
/// cannot be hashed (empty, longer than 511 bytes, or with a NUL in it).
std::string hash_password(std::string_view password);

/// True when `password` gives `hash` (any method that the system's libcrypt knows). Constant-time
/// in the comparison; a locked ("!", "*") or broken hash is never matched.
bool verify_password(std::string_view password, std::string const& hash);

/// False for what no password can match: empty, locked, or of a method that libcrypt does not know.
bool hash_usable(std::string const& hash);

}  // namespace snapcron
