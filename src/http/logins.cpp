#include "http/logins.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace snapcron::http {

std::string_view login_cookie_in(std::string_view cookies) {
  while (!cookies.empty()) {
    auto one = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(one.size() + 1, cookies.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    auto const equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == login_cookie)
      return one.substr(equals + 1);
  }
  return {};
}

Logins::Sum Logins::sum_of(std::string_view value) {
  Sum sum{};
  unsigned size = 0;
  if (EVP_Digest(value.data(), value.size(), sum.data(), &size, EVP_sha256(), nullptr) != 1 ||
      size != sum.size())
    throw std::runtime_error("SHA-256 failed");
  return sum;
}

std::string Logins::begin(Visitor who, Steady now) {
  unsigned char bits[32];
  if (RAND_bytes(bits, sizeof bits) != 1) throw std::runtime_error("no random bits for a log-in");
  constexpr char digits[] = "0123456789abcdef";
  std::string value;
  for (auto const byte : bits) (value += digits[byte >> 4]) += digits[byte & 15];
  OPENSSL_cleanse(bits, sizeof bits);
  if (logins_.size() >= at_once)
    logins_.erase(std::ranges::min_element(logins_, {}, [](Login const& l) { return l.used; }));
  logins_.push_back({sum_of(value), std::move(who), now, now});
  return value;
}

std::vector<Logins::Login>::iterator Logins::at(std::string_view value) {
  auto const sum = sum_of(value);
  return std::ranges::find_if(logins_, [&](Login const& login) {
    return CRYPTO_memcmp(login.sum.data(), sum.data(), sum.size()) == 0;
  });
}

Visitor const* Logins::find(std::string_view value, Steady now) {
  std::erase_if(logins_, [&](Login const& login) {
    return now - login.begun >= longest || now - login.used >= longest_idle;
  });
  auto const found = at(value);
  if (found == logins_.end()) return nullptr;
  found->used = now;
  return &found->who;
}

void Logins::end(std::string_view value) {
  if (auto const found = at(value); found != logins_.end()) logins_.erase(found);
}

}  // namespace snapcron::http
