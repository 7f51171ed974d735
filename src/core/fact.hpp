#pragma once
// What the engine decided and what came of it. The log prints facts, the status counts them, the
// tests compare them: what they say cannot differ.

#include "core/rule.hpp"
#include "core/time.hpp"
#include "core/world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace snapcron {

/// A firing's actions under way.
using RunId = std::uint64_t;

/// Why a rule fires: what its texts, file names and programs may name.
struct Firing {
  std::string event;  // the event id, from the edge to the file
  std::shared_ptr<Rule const> rule;
  std::string cause;  // in words: "input front-door rising", "cron */10 * * * *", "by hand"
  Moment at;          // the edge's own time; the due time of a calendar trigger
  TemplateValues values;
};

struct Fact {
  enum class Kind {
    trigger,  // the rule fired: its actions begin
    skip,     // it did not, for `reason`
    action,   // an action begins
    result,   // it ended; `text` says how
    end,      // the run ended
  };
  Kind kind = Kind::trigger;
  Moment at;
  std::shared_ptr<Firing const> firing;
  RunId run = 0;                   // 0 for a skip
  Action const* action = nullptr;  // of action and result; lives as long as the firing
  unsigned seq = 1;                // of a snapshot with a count
  std::string reason;  // of skip: disabled, condition, cooldown, mode, dst_gap, missed, clock
  unsigned count = 1;  // of skip: calendar times that it stands for
  bool ok = true;      // of result and end
  std::string text;    // more in words; may be empty
};

/// An action as a person says it: "snapshot door", "relay strike pulse 500ms".
std::string describe(Action const& action, Names const& names);
std::string address_of(AlertAction const& alert);   // "10.0.0.3:4000", "[::1]:4000"
std::string describe(RelayCommand const& command);  // "pulse 500ms", "on"

}  // namespace snapcron
