#pragma once
// The hash of a program's token, as it stands in the users file in place of a password's.

#include <algorithm>
#include <string_view>

namespace snapcron {

/// Before 64 hexadecimal digits. No hash of crypt(3) begins so.
inline constexpr std::string_view token_mark = "$sha256$";

inline bool is_token_hash(std::string_view hash) {
  return hash.size() == token_mark.size() + 64 && hash.starts_with(token_mark) &&
         std::all_of(hash.begin() + token_mark.size(), hash.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace snapcron
