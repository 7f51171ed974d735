#include "core/relay.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {

Relay::Relay(bool on, std::optional<Duration> max_on, Steady now)
    : on_{on}, max_on_{max_on}, on_since_{now} {}

void Relay::command(RelayCommand const& command, Steady now) {
  // No tick() first: were the relay let go here in thought only, and switched on again before
  // anybody drives it, its time on would start anew, and max_on would never come.
  phase_ends_.reset();
  pulses_left_ = 0;
  switch (command.kind) {
    case RelayCommand::Kind::on:
      drive(true, now);
      break;
    case RelayCommand::Kind::off:
      drive(false, now);
      break;
    case RelayCommand::Kind::toggle:
      drive(!on_, now);
      break;
    case RelayCommand::Kind::pulse:
      train_ = command;
      pulses_left_ = std::max(command.count, 1u) - 1;
      drive(true, now);
      phase_ends_ = now + command.duration;
      break;
  }
  if (on_ && max_on_ && on_since_ + *max_on_ <= now) tick(now);
}

void Relay::tick(Steady now) {
  bool const phase_over = phase_ends_ && *phase_ends_ <= now;
  bool const too_long = on_ && max_on_ && on_since_ + *max_on_ <= now;
  if (too_long && !(phase_over && *phase_ends_ <= on_since_ + *max_on_)) {
    phase_ends_.reset();
    pulses_left_ = 0;
    cut_off_ = true;
    drive(false, now);
    return;
  }
  if (!phase_over) return;
  // One part at a time, each counted from when it is driven: a late tick makes a train longer,
  // but swallows no pulse.
  if (on_ && pulses_left_ > 0) {
    drive(false, now);
    phase_ends_ = now + train_.gap;
  } else if (on_) {
    drive(false, now);
    phase_ends_.reset();
  } else {
    --pulses_left_;
    drive(true, now);
    phase_ends_ = now + train_.duration;
  }
}

std::optional<Steady> Relay::wakes_at() const {
  if (!on_ || !max_on_) return phase_ends_;
  auto const cut = on_since_ + *max_on_;
  return phase_ends_ ? std::min(*phase_ends_, cut) : cut;
}

bool Relay::take_cut_off() {
  return std::exchange(cut_off_, false);
}

void Relay::drive(bool on, Steady now) {
  if (on && !on_) on_since_ = now;
  on_ = on;
}

}  // namespace snapcron
