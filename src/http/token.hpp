#pragma once
// A program's token: 256 random bits, which nobody guesses, so that a plain SHA-256 of it is a good
// hash, and a quick one.

#include <optional>
#include <string>
#include <string_view>

namespace snapcron::http {

/// "snapcron_" and 64 hexadecimal digits. Throws when the system has no random numbers.
std::string make_token();

/// For the users file, see core/program_token.hpp.
std::string hash_token(std::string_view token);

/// Is it of that scheme at all?
bool is_bearer(std::string_view authorization);

/// The token of an Authorization field "Bearer TOKEN"; nullopt for another scheme, and for what no
/// make_token() made.
std::optional<std::string_view> parse_bearer(std::string_view authorization);

}  // namespace snapcron::http
