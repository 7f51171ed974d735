#include "http/authenticator.hpp"

#include "core/program_token.hpp"
#include "http/password.hpp"
#include "http/token.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace snapcron::http {

void KeyedMac::Free::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

KeyedMac::KeyedMac() {
  unsigned char key[32];
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> const hmac{
      EVP_MAC_fetch(nullptr, "HMAC", nullptr), &EVP_MAC_free};
  char digest[] = "SHA256";
  OSSL_PARAM const parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (hmac) context_.reset(EVP_MAC_CTX_new(hmac.get()));
  bool const good = context_ && RAND_bytes(key, sizeof key) == 1 &&
                    EVP_MAC_init(context_.get(), key, sizeof key, parameters) == 1;
  OPENSSL_cleanse(key, sizeof key);
  if (!good) throw std::runtime_error("cannot set up HMAC-SHA256 for remembered logins");
}

KeyedMac::Value KeyedMac::of(Credentials const& credentials) {
  auto const bytes = [](std::string const& text) {
    return reinterpret_cast<unsigned char const*>(text.data());
  };
  Value value{};
  std::size_t size = 0;
  unsigned char const zero = 0;
  bool const good =
      EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
      EVP_MAC_update(context_.get(), bytes(credentials.user), credentials.user.size()) == 1 &&
      EVP_MAC_update(context_.get(), &zero, 1) == 1 &&
      EVP_MAC_update(context_.get(), bytes(credentials.password), credentials.password.size()) ==
          1 &&
      EVP_MAC_final(context_.get(), value.data(), &size, value.size()) == 1;
  if (!good || size != value.size()) throw std::runtime_error("HMAC-SHA256 failed");
  return value;
}

namespace {
bool equal(KeyedMac::Value const& a, KeyedMac::Value const& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Visitor visitor_of(User const& user) {
  return {user.viewer ? Verdict::viewer : Verdict::user, user.name};
}
}  // namespace

Authenticator::Authenticator(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
                             Clock const& clock)
    : loop_{loop}, workers_{workers}, clock_{clock} {}

void Authenticator::set_users(std::vector<User> users) {
  users_ = std::move(users);
  logins_.clear();
  ++generation_;
}

void Authenticator::restore_known(std::vector<PeerKey> const& latest_first) {
  for (auto one = latest_first.rbegin(); one != latest_first.rend(); ++one) limiter_.know(*one);
}

void Authenticator::know(PeerKey const& from) {
  if (limiter_.know(from) && known_changed_) known_changed_();
}

std::optional<Visitor> Authenticator::check(std::string_view authorization, Peer const& from,
                                            Done done, DeviceOf const& device_of) {
  if (authorization.empty()) return Visitor{Verdict::absent};
  if (auto const token = parse_bearer(authorization)) return check_token(*token, from);
  auto credentials = parse_basic(authorization);
  if (!credentials) return Visitor{Verdict::wrong};
  return check(std::move(*credentials), from, std::move(done), device_of);
}

std::optional<Visitor> Authenticator::check(Credentials credentials, Peer const& from, Done done,
                                            DeviceOf const& device_of) {
  auto const mac = mac_.of(credentials);
  if (auto const* login = remember(mac)) {
    know(from.key);
    return login->visitor;
  }
  for (auto& evaluation : evaluations_) {
    if (!equal(evaluation.mac, mac)) continue;
    evaluation.waiting.push_back(std::move(done));
    return std::nullopt;
  }
  auto const device = device_of ? device_of(credentials.user) : std::nullopt;
  bool const known = device || limiter_.knows(from.key);
  if (evaluations_.size() >= under_way + (known ? under_way / 2 : 0)) return Visitor{Verdict::busy};
  if (!limiter_.admit(from.key, clock_.now().steady, device)) return refuse(from, Verdict::limited);
  evaluations_.push_back({mac, from, device, {}});
  evaluations_.back().waiting.push_back(std::move(done));
  evaluate(std::move(credentials), mac);
  return std::nullopt;
}

/// All of them are compared, each in its whole length. One that is good is never held up: nobody
/// guesses another meanwhile.
Visitor Authenticator::check_token(std::string_view token, Peer const& from) {
  auto const hash = hash_token(token);
  std::optional<Visitor> visitor;
  for (auto const& user : users_)
    if (user.hash.size() == hash.size() &&
        CRYPTO_memcmp(user.hash.data(), hash.data(), hash.size()) == 0)
      visitor = visitor_of(user);
  if (visitor) return *visitor;
  bool const counted = limiter_.admit(from.key, clock_.now().steady);
  return refuse(from, counted ? Verdict::wrong : Verdict::limited);
}

Visitor Authenticator::refuse(Peer const& from, Verdict verdict) const {
  if (refused_) refused_(from, verdict);
  return {verdict};
}

/// Finds a login and moves it to the front.
Authenticator::Login const* Authenticator::remember(KeyedMac::Value const& mac) {
  auto const found = std::find_if(logins_.begin(), logins_.end(),
                                  [&](Login const& login) { return equal(login.mac, mac); });
  if (found == logins_.end()) return nullptr;
  std::rotate(logins_.begin(), found, std::next(found));
  return &logins_.front();
}

void Authenticator::evaluate(Credentials credentials, KeyedMac::Value const& mac) {
  auto const user = std::find_if(users_.begin(), users_.end(), [&](User const& u) {
    return u.name == credentials.user && !is_token_hash(u.hash);
  });
  bool const known = user != users_.end();
  // An unknown name costs what a wrong password costs, so that names cannot be told by time.
  auto const anybody = std::find_if(users_.begin(), users_.end(),
                                    [](User const& u) { return !is_token_hash(u.hash); });
  auto const& account = known ? *user : anybody != users_.end() ? *anybody : users_.front();
  auto password = std::make_shared<Credentials>(std::move(credentials));
  boost::asio::post(workers_, [self = weak_from_this(), loop = boost::asio::make_work_guard(loop_),
                               password, mac, hash = account.hash, known,
                               visitor = visitor_of(account), generation = generation_] {
    bool const good = verify_password(password->password, hash) && known;
    auto const verdict = good ? std::optional{visitor} : std::nullopt;
    boost::asio::post(loop.get_executor(), [self, mac, verdict, generation] {
      if (auto const authenticator = self.lock()) authenticator->ended(mac, verdict, generation);
    });
  });
}

void Authenticator::ended(KeyedMac::Value const& mac, std::optional<Visitor> good,
                          unsigned generation) {
  auto const found = std::find_if(evaluations_.begin(), evaluations_.end(),
                                  [&](Evaluation const& e) { return equal(e.mac, mac); });
  if (found == evaluations_.end()) return;
  auto const waiting = std::move(found->waiting);
  auto const from = found->from;
  auto const device = found->device;
  evaluations_.erase(found);
  if (good) {
    limiter_.succeeded(from.key, device);
    know(from.key);
  }
  auto visitor = good ? std::move(*good) : refuse(from, Verdict::wrong);
  if (generation != generation_) {
    visitor = {Verdict::busy};  // judged by users of before a reload: ask again
  } else if (good) {
    logins_.insert(logins_.begin(), {mac, visitor});
    if (logins_.size() > remembered) logins_.pop_back();
  }
  for (auto const& done : waiting) done(visitor);
}

}  // namespace snapcron::http
