#pragma once
// Characters of formats that are ASCII by definition, whatever the locale says.

#include <algorithm>
#include <string_view>

namespace snapcron {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// An ASCII letter made small; anything else as it is.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || is_letter(c);
}

/// Letters, digits, '.', '_' and '-' only: what stands in a path of files or of a URL as it is.
constexpr bool is_path_word(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

/// What names a header or a method (RFC 9110, 5.6.2).
constexpr bool is_http_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

}  // namespace snapcron
