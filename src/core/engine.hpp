#pragma once
// The rule engine: events in, decisions out. It performs nothing and reads no clock, so the daemon, the
// simulator and the tests run the same one.
//
// The cost of an edge depends on the rules that listen to its input, not on how many rules there are; that
// of a calendar trigger on the logarithm of their number.

#include "core/fact.hpp"
#include "core/input.hpp"
#include "core/rule.hpp"
#include "core/status.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace snapcron {

/// An action to perform now. Whoever performs it says so by Engine::ended(), at once or later.
struct Perform {
  RunId run = 0;
  std::shared_ptr<Firing const> firing;
  Action const* action = nullptr;  // part of firing->rule
  unsigned seq = 1;                // number of the picture within its firing
};

/// What a call of the engine brought about, in order. The caller keeps it and clears it between calls.
struct Decisions {
  std::vector<Perform> perform;
  std::vector<Fact> facts;
  void clear() {
    perform.clear();
    facts.clear();
  }
};

class Engine {
 public:
  /// `event_prefix` makes event ids unique over restarts: "k3f9x2" gives "k3f9x2-1", "k3f9x2-2", ...
  explicit Engine(std::string event_prefix);

  /// Rules in the file's order, and the names that texts use. May be called again (a reload): a rule of
  /// the same name keeps its counters, its cooldown, its run under way and the phase of an unchanged `every`.
  void configure(std::vector<Rule> rules, std::map<unsigned, std::string> input_names,
                 std::map<unsigned, std::string> relay_names, Moment now);
  /// The level of an input at start, or after its line came back. Fires nothing.
  void set_input(unsigned input, bool high);
  void set_relay(unsigned relay, bool on);

  /// Fires startup triggers and @reboot. Call once, when levels are known.
  void start(Moment now, Decisions& out);
  void on_edge(InputEdge const& edge, Moment now, Decisions& out);
  /// Performs what is due: calendar triggers, `every`, delays, the next picture of a series.
  void tick(Moment now, Decisions& out);
  /// A performed action has ended. `text` says how ("/path/of/picture.jpg", or what went wrong).
  void ended(RunId run, bool ok, std::string text, Moment now, Decisions& out);
  /// Fires a rule by hand; nothing when there is no such rule, else whether it fired (the last fact says why not).
  std::optional<bool> trigger(std::string_view rule, Moment now, Decisions& out);
  /// A fresh event id, for what is done by hand outside the rules.
  std::string new_event();
  /// The wall clock was set: what is due by the calendar is computed anew. Fixed times do not repeat.
  void clock_changed(Moment now);

  /// The earliest time at which tick() has something to do, on each base.
  std::optional<Steady> wakes_steady() const;
  std::optional<Instant> wakes_wall() const;

  std::vector<RuleStatus> status() const;
  std::size_t runs_under_way() const { return runs_.size(); }

 private:
  struct RuleState {
    std::shared_ptr<Rule const> rule;
    std::size_t index = 0;  // in the file's order
    bool present = true;    // false after a reload took it away
    std::optional<RunId> run;
    std::optional<Steady> started;            // of the last firing, for cooldown
    std::vector<std::optional<Steady>> every; // next due, by trigger
    RuleStatus status;
  };
  using State = std::shared_ptr<RuleState>;
  struct Run {
    State state;
    std::shared_ptr<Firing const> firing;
    std::size_t step = 0;
    unsigned seq = 1;
    Steady step_started;
    bool failed = false;
  };
  struct Listener {
    State state;
    InputTrigger::Edge edge;
    Trigger const* trigger;
  };
  template <class Time>
  struct Due {
    Time at;
    std::size_t order;  // the rule's index, so that equal times fire in the file's order
    std::size_t trigger;
    State state;
    bool operator>(Due const& o) const { return at != o.at ? at > o.at : order > o.order; }
  };
  struct Wake {
    Steady at;
    RunId run;
    bool operator>(Wake const& o) const { return at != o.at ? at > o.at : run > o.run; }
  };

  void arm(State const& state, Moment now);
  void plan_cron(State const& state, std::size_t trigger, Instant after);
  void cron_due(Due<Instant> const& due, Moment now, Decisions& out);
  bool fire(State const& state, Firing firing, Moment now, Decisions& out);
  /// Why the rule must not fire now; empty reason when it may.
  std::pair<std::string, std::string> obstacle(RuleState const& state, Firing const& firing, Moment now) const;
  bool holds(Condition const& condition, Firing const& firing) const;
  void step(RunId id, Run& run, Moment now, Decisions& out);
  void finish(RunId id, Moment now, Decisions& out);
  void skip(RuleState& state, Firing firing, std::string reason, std::string text, Moment now, Decisions& out);
  Firing firing(State const& state, Trigger const* trigger, Moment at);

  std::string prefix_;
  std::uint64_t events_ = 0;
  RunId last_run_ = 0;
  std::vector<State> rules_;
  std::unordered_map<std::string, State> by_name_;
  std::vector<std::vector<Listener>> listeners_;  // by input number
  std::vector<bool> inputs_, relays_;             // levels by number
  std::map<unsigned, std::string> input_names_, relay_names_;
  std::unordered_map<RunId, Run> runs_;
  std::vector<Due<Instant>> calendar_;  // heaps, earliest first
  std::vector<Due<Steady>> periods_;
  std::vector<Wake> wakes_;
};

}  // namespace snapcron
