#pragma once
// One relay: what it must drive now and when that changes. Kept below the rules, so that
// no rule can hold a relay longer than its max_on.

#include "core/time.hpp"

#include <optional>
#include <string>

namespace snapcron {

struct RelayCommand {
  enum class Kind { on, off, toggle, pulse };
  Kind kind = Kind::pulse;
  Duration duration = std::chrono::milliseconds{500};  // of each pulse
  unsigned count = 1;                                  // pulses in the train
  Duration gap = std::chrono::milliseconds{500};       // off time between two of them
  friend bool operator==(RelayCommand const&, RelayCommand const&) = default;
};

/// All that a relay is: another process can take it up where this one left it, since
/// CLOCK_MONOTONIC is the same for both.
struct RelayState {
  bool on = false;
  Steady on_since{};
  std::optional<Steady> phase_ends{};  // of the present on or off part of a pulse train
  unsigned pulses_left = 0;            // after the present one
  RelayCommand train{};
  friend bool operator==(RelayState const&, RelayState const&) = default;
};

/// Retrigger: the latest command wins. A pulse during a pulse starts its duration anew without
/// letting go in between; on, off and toggle end a pulse under way. max_on counts from the moment
/// the relay went from off to on, whatever commands come meanwhile.
class Relay {
 public:
  Relay(bool on, std::optional<Duration> max_on, Steady now);
  /// One that is under way already.
  Relay(RelayState state, std::optional<Duration> max_on);

  /// The level to drive is on() afterwards.
  void command(RelayCommand const& command, Steady now);
  /// Performs what is due by `now`.
  void tick(Steady now);
  /// When tick() has something to do next.
  std::optional<Steady> wakes_at() const;

  RelayState const& state() const { return state_; }
  bool on() const { return state_.on; }
  bool pulsing() const { return state_.phase_ends.has_value(); }
  /// True once after max_on switched it off, for the log.
  bool take_cut_off();
  void set_max_on(std::optional<Duration> max_on) { max_on_ = max_on; }

 private:
  void drive(bool on, Steady now);

  RelayState state_;
  std::optional<Duration> max_on_;
  bool cut_off_ = false;
};

}  // namespace snapcron
