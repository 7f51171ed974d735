#include "http/logins.hpp"

#include "core/hexadecimal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace snapcron::http {
namespace {

std::int64_t seconds_of(Instant at) {
  return at.time_since_epoch() / std::chrono::seconds{1};
}

}  // namespace

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

Logins::Sum Logins::sum_of(User const& user) {
  return sum_of(user.name + ':' + user.hash + (user.viewer ? ":viewer" : ""));
}

void Logins::set_users(std::vector<User> const& users) {
  users_.clear();
  for (auto const& user : users)
    users_[user.name] = {sum_of(user), user.viewer ? Verdict::viewer : Verdict::user};
  auto const ended = std::erase_if(logins_, [&](Login const& login) {
    auto const user = users_.find(login.who.name);
    return user == users_.end() || user->second.sum != login.user;
  });
  if (ended > 0) changed();
}

std::string Logins::begin(Visitor who, Instant now) {
  Sum bits;
  if (RAND_bytes(bits.data(), bits.size()) != 1)
    throw std::runtime_error("no random bits for a log-in");
  auto value = hexadecimal(bits);
  OPENSSL_cleanse(bits.data(), bits.size());
  if (logins_.size() >= at_once)
    logins_.erase(std::ranges::min_element(logins_, {}, [](Login const& l) { return l.used; }));
  auto const user = users_.find(who.name);
  logins_.push_back(
      {sum_of(value), user == users_.end() ? Sum{} : user->second.sum, std::move(who), now, now});
  changed();
  return value;
}

std::vector<Logins::Login>::iterator Logins::at(std::string_view value) {
  auto const sum = sum_of(value);
  return std::ranges::find_if(logins_, [&](Login const& login) {
    return CRYPTO_memcmp(login.sum.data(), sum.data(), sum.size()) == 0;
  });
}

Visitor const* Logins::find(std::string_view value, Instant now) {
  auto const ended = std::erase_if(logins_, [&](Login const& login) {
    return now - login.begun >= longest || now - login.used >= longest_idle;
  });
  auto const found = at(value);
  bool new_day = false;
  if (found != logins_.end()) {
    auto const day = [](Instant at) { return std::chrono::floor<std::chrono::days>(at); };
    new_day = day(std::exchange(found->used, now)) != day(now);
  }
  if (ended > 0 || new_day) changed();
  return found == logins_.end() ? nullptr : &found->who;
}

void Logins::end(std::string_view value) {
  auto const found = at(value);
  if (found == logins_.end()) return;
  logins_.erase(found);
  changed();
}

std::string Logins::text() const {
  boost::json::array list;
  for (auto const& login : logins_)
    list.push_back(boost::json::object{{"name", login.who.name},
                                       {"cookie_sha256", hexadecimal(login.sum)},
                                       {"user_sha256", hexadecimal(login.user)},
                                       {"begun", seconds_of(login.begun)},
                                       {"used", seconds_of(login.used)}});
  return boost::json::serialize(list) + "\n";
}

void Logins::restore(std::string_view text) {
  boost::system::error_code bad;
  auto const all = boost::json::parse({text.data(), text.size()}, bad);
  if (bad || !all.is_array()) return;
  for (auto const& one : all.get_array()) {
    auto const text_of = [&](char const* key) -> std::string_view {
      auto const* const value = one.is_object() ? one.get_object().if_contains(key) : nullptr;
      if (!value || !value->is_string()) return {};
      return {value->get_string().data(), value->get_string().size()};
    };
    auto const time_of = [&](char const* key) {
      auto const* const value = one.is_object() ? one.get_object().if_contains(key) : nullptr;
      // In what a time in nanoseconds can hold.
      constexpr std::int64_t most = INT64_MAX / 1'000'000'000;
      return Instant{std::chrono::seconds{
          value && value->is_int64() ? std::clamp<std::int64_t>(value->get_int64(), 0, most) : 0}};
    };
    Login login{};
    auto const user = users_.find(text_of("name"));
    if (user == users_.end() || logins_.size() >= at_once ||
        !from_hexadecimal(text_of("cookie_sha256"), login.sum) ||
        !from_hexadecimal(text_of("user_sha256"), login.user) || login.user != user->second.sum)
      continue;
    login.who = {user->second.verdict, user->first};
    login.begun = time_of("begun");
    login.used = time_of("used");
    logins_.push_back(std::move(login));
  }
}

}  // namespace snapcron::http
