#pragma once
// What the engine must still know after a restart. Small: only rules that have something to
// remember are in it.

#include "core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

struct Memory {
  /// Of a calendar trigger: up to where the calendar has been looked at.
  struct Seen {
    std::string trigger;  // in words, see describe(Trigger)
    Instant until;
    friend bool operator==(Seen const&, Seen const&) = default;
  };
  /// Of an input trigger: since when its level is held.
  struct Held {
    std::string trigger;
    Moment since;
    friend bool operator==(Held const&, Held const&) = default;
  };
  struct OfRule {
    std::optional<Moment> started;  // its last firing, for cooldown and for people
    std::optional<bool>
        enabled;  // by the actions enable and disable, where the file says otherwise
    std::vector<Seen> seen;
    std::vector<Held> held;
    bool empty() const { return !started && !enabled && seen.empty() && held.empty(); }
    friend bool operator==(OfRule const&, OfRule const&) = default;
  };
  /// A run in a delay or a wait.
  struct Waiting {
    std::string rule, event, cause;
    Moment at;  // of the firing
    std::map<std::string, std::string>
        values;                   // of the event: trigger, input, edge, state, relay, picture
    std::vector<unsigned> path;   // indexes and branches from the rule's actions to the present one
    std::string action;           // in words: another action at that place is another rule
    std::optional<Moment> until;  // the end of the delay, or the time-out of the wait
    bool failed = false;
    friend bool operator==(Waiting const&, Waiting const&) = default;
  };

  std::string boot;  // of the machine: while it is the same, steady times still mean something
  std::map<std::string, OfRule> rules;  // by name
  std::vector<Waiting> runs;
  friend bool operator==(Memory const&, Memory const&) = default;
};

}  // namespace snapcron
