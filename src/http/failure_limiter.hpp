#pragma once
// How many guesses at a password are looked at, and whose.

#include "core/time.hpp"
#include "http/peer.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace snapcron::http {

/// A browser that has logged in once: the SHA-256 of its cookie.
using Device = std::array<unsigned char, 32>;

/// How many guesses are evaluated in any 60 seconds; a good login is not counted. Who guesses from
/// many addresses uses up what all strangers have, but neither what is kept for the addresses that
/// a good login has come from, nor what each device has that has logged in: their owner gets in
/// with a new password, or from a new browser, or from a new network.
class FailureLimiter {
 public:
  struct Limit {
    std::size_t each, together;
  };
  static constexpr Limit of_strangers{5, 30};  // by address: it takes six to use up all
  static constexpr Limit of_known{20, 30};     // by address
  static constexpr Limit of_devices{10, 640};
  static constexpr std::size_t known_addresses = 64;

  /// Counts one attempt; false when it must not be made.
  bool admit(PeerKey const& from, Steady now, std::optional<Device> const& device = {});
  /// The latest attempt of theirs was no failure.
  void succeeded(PeerKey const& from, std::optional<Device> const& device = {});
  /// A good login comes from there. True: one that was not known.
  bool know(PeerKey const& from);
  bool knows(PeerKey const& from) const;
  /// The latest first.
  std::deque<PeerKey> const& known() const { return known_; }

 private:
  struct Attempt {
    PeerKey from;
    std::optional<Device> device;
    bool known;
    Steady at;
    bool is_by(PeerKey const& address, std::optional<Device> const& whose) const {
      return device == whose && (device || from == address);
    }
  };
  std::deque<Attempt> attempts_;
  std::deque<PeerKey> known_;
};

}  // namespace snapcron::http
