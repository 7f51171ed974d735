#pragma once
// What the engine wants done.

#include "core/fact.hpp"

#include <memory>
#include <vector>

namespace snapcron {

/// An action to perform now. Whoever performs it says so by Engine::ended(), at once or later.
struct Perform {
  RunId run = 0;
  std::shared_ptr<Firing const> firing;
  Action const* action = nullptr;  // part of firing->rule
  unsigned seq = 1;                // number of the picture within its firing
};

/// What a call of the engine brought about, in order. The caller keeps it and clears it between
/// calls.
struct Decisions {
  std::vector<Perform> perform;
  std::vector<RunId>
      cancelled;  // runs that ended early: what is still being performed for them may stop
  std::vector<Fact> facts;
  void clear() {
    perform.clear();
    cancelled.clear();
    facts.clear();
  }
};

}  // namespace snapcron
