#pragma once
// Who may come in. crypt(3) takes tens of milliseconds, so a password is verified once, on a
// worker, and then known again by a keyed MAC; guesses are limited in number, for each address and
// in all. A program's token is known by its SHA-256.

#include "core/site.hpp"
#include "http/credentials.hpp"
#include "http/peer.hpp"
#include "ports/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_mac_ctx_st;

namespace snapcron::http {

/// How many guesses are evaluated in any 60 seconds; a good login is not counted. Whoever guesses
/// from many addresses uses up what all strangers have, but not what is kept for the addresses that
/// a good login has come from: their owner gets in with a new password or from a new browser.
class FailureLimiter {
 public:
  static constexpr std::size_t per_address = 20;
  static constexpr std::size_t of_strangers = 30;
  static constexpr std::size_t of_known = 30;
  static constexpr std::size_t known_addresses = 64;

  /// Counts one attempt; false when it must not be made.
  bool admit(PeerKey const& from, Steady now);
  /// The latest attempt from there was no failure.
  void succeeded(PeerKey const& from);
  /// A good login comes from there.
  void know(PeerKey const& from);
  bool knows(PeerKey const& from) const;

 private:
  struct Attempt {
    PeerKey from;
    Steady at;
    bool known;
  };
  std::deque<Attempt> attempts_;
  std::deque<PeerKey> known_;  // the latest first
};

/// HMAC-SHA256 under a key that is drawn at start and never leaves the process.
class KeyedMac {
 public:
  using Value = std::array<unsigned char, 32>;
  KeyedMac();
  Value of(Credentials const& credentials);

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

enum class Verdict {
  absent,   // no credentials
  wrong,    // not these
  viewer,   // may read
  user,     // may switch
  limited,  // too many failures: not evaluated
  busy,     // too many evaluations under way
};

/// Who asks. It stands for its verdict where nothing else matters.
struct Visitor {
  Verdict verdict = Verdict::absent;
  std::string name{};  // of who was let in; empty where nobody was asked
  operator Verdict() const { return verdict; }
};

class Authenticator : public std::enable_shared_from_this<Authenticator> {
 public:
  static constexpr std::size_t remembered = 64;
  static constexpr std::size_t under_way = 8;  // of known addresses some more
  using Done = std::function<void(Visitor)>;
  /// Told of each guess that was wrong, and of each that was limited.
  using Refused = std::function<void(Peer const& from, Verdict verdict)>;

  Authenticator(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
                Clock const& clock);

  void on_refused(Refused refused) { refused_ = std::move(refused); }

  /// Forgets every remembered login.
  void set_users(std::vector<User> users);
  /// Drops whoever still waits for a verdict.
  void stop() { evaluations_.clear(); }
  bool asks() const { return !users_.empty(); }

  /// The verdict where it is known at once; else nullopt, and `done` is called later from the loop.
  std::optional<Visitor> check(std::string_view authorization, Peer const& from, Done done);
  std::optional<Visitor> check(Credentials credentials, Peer const& from, Done done);

 private:
  struct Login {
    KeyedMac::Value mac;
    Visitor visitor;
  };
  struct Evaluation {
    KeyedMac::Value mac;
    Peer from;
    std::vector<Done> waiting;
  };

  Visitor check_token(std::string_view token, Peer const& from);
  Visitor refuse(Peer const& from, Verdict verdict) const;
  Login const* remember(KeyedMac::Value const& mac);
  void evaluate(Credentials credentials, KeyedMac::Value const& mac);
  void ended(KeyedMac::Value const& mac, std::optional<Visitor> good, unsigned generation);

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& workers_;
  Clock const& clock_;
  KeyedMac mac_;
  FailureLimiter limiter_;
  Refused refused_;
  std::vector<User> users_;
  unsigned generation_ = 0;
  std::vector<Login> logins_;  // the latest used first
  std::vector<Evaluation> evaluations_;
};

}  // namespace snapcron::http
