#include "http/credentials.hpp"

#include "http/target.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace snapcron::http {
namespace {

// What crypt(3) takes, and as much again for the name.
constexpr std::size_t max_part = 511;

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

Credentials::Credentials(std::string u, std::string p)
    : user{std::move(u)}, password{std::move(p)} {}

Credentials::~Credentials() {
  OPENSSL_cleanse(password.data(), password.size());
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  unsigned bits = 0;
  unsigned kept = 0;
  for (char const c : text) {
    int const value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffffff;
    kept += 6;
    if (kept < 8) continue;
    kept -= 8;
    out += static_cast<char>(bits >> kept & 0xff);
  }
  if ((bits & ((1u << kept) - 1)) != 0) return std::nullopt;
  return out;
}

bool acceptable(std::string_view user, std::string_view password) {
  constexpr std::string_view never_in_a_name{":\0", 2};
  return user.size() <= max_part && password.size() <= max_part &&
         user.find_first_of(never_in_a_name) == std::string_view::npos &&
         password.find('\0') == std::string_view::npos;
}

std::optional<Credentials> parse_basic(std::string_view authorization) {
  auto const space = authorization.find(' ');
  if (space == std::string_view::npos ||
      !equal_ignoring_case(authorization.substr(0, space), "Basic"))
    return std::nullopt;
  auto encoded = authorization.substr(space);
  encoded.remove_prefix(std::min(encoded.find_first_not_of(' '), encoded.size()));
  if (encoded.size() > (2 * max_part + 3) / 3 * 4) return std::nullopt;
  auto decoded = decode_base64(encoded);
  if (!decoded) return std::nullopt;
  std::optional<Credentials> result;
  auto const colon = decoded->find(':');
  std::string_view const text{*decoded};
  if (colon != std::string::npos && acceptable(text.substr(0, colon), text.substr(colon + 1)))
    result.emplace(decoded->substr(0, colon), decoded->substr(colon + 1));
  OPENSSL_cleanse(decoded->data(), decoded->size());
  return result;
}

}  // namespace snapcron::http
