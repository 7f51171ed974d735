#include "http/token.hpp"

#include "core/hexadecimal.hpp"
#include "core/program_token.hpp"
#include "http/target.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace snapcron::http {
namespace {

constexpr std::string_view prefix = "snapcron_";
constexpr std::size_t random_bytes = 32;

}  // namespace

std::string make_token() {
  std::array<unsigned char, random_bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system has no random numbers");
  return std::string{prefix} + hexadecimal(bytes);
}

std::string hash_token(std::string_view token) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return std::string{token_mark} + hexadecimal(digest);
}

bool is_bearer(std::string_view authorization) {
  return equal_ignoring_case(authorization.substr(0, authorization.find(' ')), "Bearer");
}

std::optional<std::string_view> parse_bearer(std::string_view authorization) {
  auto const space = authorization.find(' ');
  if (space == std::string_view::npos || !is_bearer(authorization)) return std::nullopt;
  auto token = authorization.substr(space);
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  if (token.size() != prefix.size() + 2 * random_bytes || !token.starts_with(prefix))
    return std::nullopt;
  return token;
}

}  // namespace snapcron::http
