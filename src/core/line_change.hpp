#pragma once
// What inputs and relays did, for whoever follows them, and what a line is to do step by step.

#include "core/time.hpp"

#include <cstdint>
#include <vector>

namespace snapcron {

struct LineChange {
  enum class Line { input, relay };
  Line line = Line::input;
  unsigned number = 0;
  bool on = false;  // the level after it: high, or on
  friend bool operator==(LineChange const&, LineChange const&) = default;
};

/// All that changed since a moment, in order; `next` stands for the moment behind them.
struct LineNews {
  std::vector<LineChange> changes{};
  std::uint64_t next = 0;
};

/// After a wait, a level.
struct LevelStep {
  Duration wait{};
  bool on = false;
  friend bool operator==(LevelStep const&, LevelStep const&) = default;
};

}  // namespace snapcron
