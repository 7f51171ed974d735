#pragma once
// Who may come in. crypt(3) takes tens of milliseconds, so a password is verified once, on a
// worker, and then known again by a keyed MAC; guesses are limited in number. A program's token is
// known by its SHA-256.

#include "core/site.hpp"
#include "http/credentials.hpp"
#include "http/failure_limiter.hpp"
#include "http/peer.hpp"
#include "ports/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_mac_ctx_st;

namespace snapcron::http {

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
  static constexpr std::size_t under_way = 8;  // of those who are known some more
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

  /// Which device asks in the name of a user; nullopt: none of which is known that it is theirs.
  using DeviceOf = std::function<std::optional<Device>(std::string_view name)>;

  /// The verdict where it is known at once; else nullopt, and `done` is called later from the loop.
  std::optional<Visitor> check(std::string_view authorization, Peer const& from, Done done,
                               DeviceOf const& device_of = {});
  std::optional<Visitor> check(Credentials credentials, Peer const& from, Done done,
                               DeviceOf const& device_of = {});

  /// The addresses that good logins came from, the latest first.
  std::deque<PeerKey> const& known_addresses() const { return limiter_.known(); }
  void restore_known(std::vector<PeerKey> const& latest_first);
  void know(PeerKey const& from);
  /// Called when one that was not known has become so.
  void on_known(std::function<void()> changed) { known_changed_ = std::move(changed); }

 private:
  struct Login {
    KeyedMac::Value mac;
    Visitor visitor;
  };
  struct Evaluation {
    KeyedMac::Value mac;
    Peer from;
    std::optional<Device> device;
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
  std::function<void()> known_changed_;
  std::vector<User> users_;
  unsigned generation_ = 0;
  std::vector<Login> logins_;  // the latest used first
  std::vector<Evaluation> evaluations_;
};

}  // namespace snapcron::http
