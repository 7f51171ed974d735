#include "core/relay.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {

Relay::Relay(bool on, std::optional<Duration> max_on, Steady now)
    : Relay{RelayState{.on = on, .on_since = now}, max_on} {}

Relay::Relay(RelayState state, std::optional<Duration> max_on)
    : state_{std::move(state)}, max_on_{max_on} {}

void Relay::command(RelayCommand const& command, Steady now) {
  // No tick() first: were the relay let go here in thought only, and switched on again before
  // anybody drives it, its time on would start anew, and max_on would never come.
  state_.phase_ends.reset();
  state_.pulses_left = 0;
  switch (command.kind) {
    case RelayCommand::Kind::on:
      drive(true, now);
      break;
    case RelayCommand::Kind::off:
      drive(false, now);
      break;
    case RelayCommand::Kind::toggle:
      drive(!state_.on, now);
      break;
    case RelayCommand::Kind::pulse:
      state_.train = command;
      state_.pulses_left = std::max(command.count, 1u) - 1;
      drive(true, now);
      state_.phase_ends = now + command.duration;
      break;
  }
  if (state_.on && max_on_ && state_.on_since + *max_on_ <= now) tick(now);
}

void Relay::tick(Steady now) {
  bool const phase_over = state_.phase_ends && *state_.phase_ends <= now;
  bool const too_long = state_.on && max_on_ && state_.on_since + *max_on_ <= now;
  if (too_long && !(phase_over && *state_.phase_ends <= state_.on_since + *max_on_)) {
    state_.phase_ends.reset();
    state_.pulses_left = 0;
    cut_off_ = true;
    drive(false, now);
    return;
  }
  if (!phase_over) return;
  // One part at a time, each counted from when it is driven: a late tick makes a train longer,
  // but swallows no pulse.
  if (state_.on && state_.pulses_left > 0) {
    drive(false, now);
    state_.phase_ends = now + state_.train.gap;
  } else if (state_.on) {
    drive(false, now);
    state_.phase_ends.reset();
  } else {
    --state_.pulses_left;
    drive(true, now);
    state_.phase_ends = now + state_.train.duration;
  }
}

std::optional<Steady> Relay::wakes_at() const {
  if (!state_.on || !max_on_) return state_.phase_ends;
  auto const cut = state_.on_since + *max_on_;
  return state_.phase_ends ? std::min(*state_.phase_ends, cut) : cut;
}

bool Relay::take_cut_off() {
  return std::exchange(cut_off_, false);
}

void Relay::drive(bool on, Steady now) {
  if (on && !state_.on) state_.on_since = now;
  state_.on = on;
}

}  // namespace snapcron
