#include "http/logins.hpp"

#include "core/hexadecimal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

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
  auto ended = std::erase_if(
      logins_, [&](Login const& login) { return users_.find(login.who.name) == users_.end(); });
  for (auto& login : logins_)
    if (!login.ended && users_.find(login.who.name)->second.sum != login.user) {
      login.ended = true;
      ++ended;
    }
  if (ended > 0) changed();
}

std::string Logins::begin(Visitor who, Instant now, std::string_view instead_of) {
  if (auto const before = at(instead_of); before != logins_.end()) logins_.erase(before);
  Sum bits;
  if (RAND_bytes(bits.data(), bits.size()) != 1)
    throw std::runtime_error("no random bits for a log-in");
  auto value = hexadecimal(bits);
  OPENSSL_cleanse(bits.data(), bits.size());
  if (logins_.size() >= at_once)
    logins_.erase(std::ranges::min_element(logins_, {}, [](Login const& l) {
      return std::pair{!l.ended, l.used};
    }));
  auto const user = users_.find(who.name);
  logins_.push_back(
      {sum_of(value), user == users_.end() ? Sum{} : user->second.sum, std::move(who), now, now});
  changed();
  return value;
}

std::vector<Logins::Login>::const_iterator Logins::at(std::string_view value) const {
  auto const sum = sum_of(value);
  return std::ranges::find_if(logins_, [&](Login const& login) {
    return CRYPTO_memcmp(login.sum.data(), sum.data(), sum.size()) == 0;
  });
}

Visitor const* Logins::find(std::string_view value, Instant now) {
  auto const found = at(value);
  if (found == logins_.end()) return nullptr;
  auto& login = logins_[static_cast<std::size_t>(found - logins_.begin())];
  if (login.ended || now - login.begun >= longest || now - login.used >= longest_idle)
    return nullptr;
  auto const day = [](Instant at) { return std::chrono::floor<std::chrono::days>(at); };
  if (day(std::exchange(login.used, now)) != day(now)) changed();
  return &login.who;
}

void Logins::end(std::string_view value) {
  auto const found = at(value);
  if (found == logins_.end() || found->ended) return;
  logins_[static_cast<std::size_t>(found - logins_.begin())].ended = true;
  changed();
}

std::optional<Device> Logins::device(std::string_view value, std::string_view name,
                                     Instant now) const {
  auto const found = at(value);
  if (found == logins_.end() || found->who.name != name || now - found->used >= known_device)
    return std::nullopt;
  return found->sum;
}

boost::json::array Logins::all() const {
  boost::json::array list;
  for (auto const& login : logins_)
    list.push_back(boost::json::object{{"name", login.who.name},
                                       {"cookie_sha256", hexadecimal(login.sum)},
                                       {"user_sha256", hexadecimal(login.user)},
                                       {"begun", seconds_of(login.begun)},
                                       {"used", seconds_of(login.used)},
                                       {"ended", login.ended}});
  return list;
}

void Logins::restore(boost::json::array const& all) {
  for (auto const& one : all) {
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
        !from_hexadecimal(text_of("user_sha256"), login.user))
      continue;
    auto const* const ended = one.get_object().if_contains("ended");
    login.ended = login.user != user->second.sum || (ended && *ended == boost::json::value(true));
    login.who = {user->second.verdict, user->first};
    login.begun = time_of("begun");
    login.used = time_of("used");
    logins_.push_back(std::move(login));
  }
}

}  // namespace snapcron::http
