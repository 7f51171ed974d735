#pragma once
// The progress of one input trigger: `for` (the level must stay) and `count` (so many edges within
// a time).

#include "core/rule.hpp"

#include <deque>
#include <optional>

namespace snapcron {

class InputMatcher {
 public:
  explicit InputMatcher(InputTrigger const& trigger) : trigger_(trigger) {}

  /// An edge of the input. True: the trigger has come.
  bool on_edge(bool high, Moment at);
  /// The level was read anew, without an edge that could be trusted: a `for` of the other level is
  /// over.
  void on_level(bool high);
  /// True: the level has been held long enough, and the trigger has come.
  bool tick(Steady now);
  /// When tick() has something to do.
  std::optional<Steady> due() const;

  /// Since when the level is held; nothing when no `for` is pending.
  std::optional<Moment> const& held_since() const { return since_; }
  /// Goes on with a `for` that began before a restart. The caller has seen that the level is still
  /// there.
  void resume(bool high, Moment since);

  InputTrigger const& trigger() const { return trigger_; }

 private:
  bool happened(Steady at);

  InputTrigger trigger_;
  bool high_ = false;  // the level that is held
  std::optional<Moment> since_;
  std::deque<Steady> edges_;  // that count, at most count - 1
};

/// Whether an edge to this level is one that the trigger listens to.
inline bool listens(InputTrigger::Edge edge, bool high) {
  return edge == InputTrigger::Edge::both || (edge == InputTrigger::Edge::rising) == high;
}

}  // namespace snapcron
