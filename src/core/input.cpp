#include "core/input.hpp"

#include <algorithm>

namespace snapcron {

Input::Input(unsigned number, bool high, Moment start, Duration debounce)
    : number_{number},
      high_{high},
      since_{start.steady},
      changed_{start.wall},
      debounce_{debounce},
      raw_{high},
      last_read_{high} {}

void Input::edge(bool high, Steady at, Moment now, std::vector<InputEdge>& settled) {
  // A batch may be handed in late: what was stable until this edge settled before it.
  if (raw_since_ && *raw_since_ + debounce_ <= at) settle({at, now.wall_of(at)}, settled);
  raw_ = high;
  if (debounce_ == Duration::zero()) {
    raw_since_.reset();
    change(high, at, now, settled);
  } else if (high == high_) {
    raw_since_.reset();  // bounced back: nothing to settle until the next edge
  } else {
    raw_since_ = at;
  }
}

void Input::reread(bool high, std::uint64_t lost, Moment now, std::vector<InputEdge>& settled) {
  counters_.lost += lost;
  raw_ = high;
  raw_since_.reset();
  change(high, now.steady, now, settled);
}

void Input::settle(Moment now, std::vector<InputEdge>& settled) {
  if (!raw_since_ || *raw_since_ + debounce_ > now.steady) return;
  auto const at = *raw_since_;
  raw_since_.reset();
  change(raw_, at, now, settled);
}

std::optional<Steady> Input::settles_at() const {
  if (!raw_since_) return std::nullopt;
  return *raw_since_ + debounce_;
}

void Input::change(bool high, Steady at, Moment now, std::vector<InputEdge>& settled) {
  if (high == high_) return;
  if (!high) {
    ++counters_.pulses;
    // Of a pulse that was under way at the start, the part since then.
    counters_.last_duration = std::max(Duration::zero(), at - since_);
  }
  high_ = high;
  since_ = at;
  changed_ = now.wall_of(at);
  ++counters_.edges;
  counters_.changed = changed_;
  settled.push_back({number_, high, at});
}

InputReading Input::read() {
  auto const reading = peek();
  last_read_ = high_;
  pulses_at_read_ = counters_.pulses;
  return reading;
}

InputReading Input::peek() const {
  return {.number = number_,
          .current = high_,
          .last = last_read_,
          .pulse = counters_.pulses - pulses_at_read_,
          .changed = changed_};
}

void Input::set_debounce(Duration debounce) {
  debounce_ = debounce;
}

}  // namespace snapcron
