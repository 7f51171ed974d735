#pragma once
// The rule engine: events in, decisions out. It performs nothing and reads no clock, so the daemon,
// the simulator and the tests run the same one.
//
// The cost of an edge depends on the rules that listen to its input, not on how many rules there
// are; that of a calendar trigger on the logarithm of their number.

#include "core/calendar.hpp"
#include "core/decisions.hpp"
#include "core/input.hpp"
#include "core/input_matcher.hpp"
#include "core/memory.hpp"
#include "core/rule.hpp"
#include "core/runs.hpp"
#include "core/status.hpp"
#include "core/time.hpp"
#include "core/world.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snapcron {

class Engine {
 public:
  /// `event_prefix` makes event ids unique over restarts: "k3f9x2" gives "k3f9x2-1", "k3f9x2-2",
  /// ... `machine` names the machine for good (/etc/machine-id): jitter comes from it.
  explicit Engine(std::string event_prefix, std::string machine = {});
  Engine(Engine const&) = delete;
  Engine& operator=(Engine const&) = delete;

  /// What was known before the restart. Call it before the first configure().
  void remember(Memory memory, std::string boot);
  /// The clock is not to be trusted yet: calendar triggers wait for trust_clock(). Before the first
  /// configure().
  void distrust_clock() { calendar_.distrust(); }
  void trust_clock(Moment now, Duration waited);
  bool clock_trusted() const { return calendar_.trusted(); }

  /// Rules in the file's order, and the names that texts use. May be called again (a reload): a
  /// rule of the same name keeps its counters, its cooldown, its runs under way and the state of
  /// its unchanged triggers.
  void configure(std::vector<Rule> rules, Names names, Moment now);
  /// The level of an input at start, or after its line came back. Fires nothing.
  void set_input(unsigned input, bool high);
  void set_relay(unsigned relay, bool on);

  /// Goes on with what was under way before a restart; fires startup triggers and @reboot. Call
  /// once, when levels are known.
  void start(Moment now, Decisions& out);
  /// Fires shutdown triggers. Nothing else fires afterwards.
  void shutdown(Moment now, Decisions& out);
  void on_edge(InputEdge const& edge, Moment now, Decisions& out);
  void on_relay(unsigned relay, bool on, Moment now, Decisions& out);
  void on_camera(std::string const& camera, bool found, Moment now, Decisions& out);
  /// How many rules listen to it.
  unsigned on_webhook(std::string const& name, Moment now, Decisions& out);
  /// Performs what is due: calendar triggers, `every`, `for`, delays, the next picture of a series.
  void tick(Moment now, Decisions& out);
  /// A performed action has ended. `text` says how ("/path/of/picture.jpg", or what went wrong).
  void ended(RunId run, bool ok, std::string text, Moment now, Decisions& out);
  /// Fires a rule by hand; nothing when there is no such rule, else whether it fired or waits its
  /// turn (else the last fact says why not).
  std::optional<bool> trigger(std::string_view rule, Moment now, Decisions& out);
  /// By hand: it holds over a reload that says nothing else, and over a restart. Nothing when there
  /// is no such rule, else whether that changed anything.
  std::optional<bool> set_enabled(std::string const& rule, bool enabled);
  /// A fresh event id, for what is done by hand outside the rules.
  std::string new_event();
  /// The wall clock was set: what is due by the calendar is computed anew. Fixed times do not
  /// repeat.
  void clock_changed(Moment now) { calendar_.clock_changed(now.wall); }

  /// For whoever performs: what a run's texts may name, and what came of its actions. Null when the
  /// run is over.
  TemplateValues const* values(RunId run) const { return runs_.values(run); }
  void took_picture(RunId run, std::string path) { runs_.took_picture(run, std::move(path)); }
  void replied(RunId run, std::map<std::string, std::string> reply) {
    runs_.replied(run, std::move(reply));
  }

  /// The earliest time at which tick() has something to do, on each base.
  std::optional<Steady> wakes_steady() const;
  std::optional<Instant> wakes_wall() const;

  std::vector<RuleStatus> status(Instant now) const;
  std::size_t runs_under_way() const { return runs_.size(); }
  Names const& names() const { return world_.names; }
  /// What must survive a restart.
  Memory memory() const;

 private:
  struct Matching {
    InputMatcher matcher;
    bool armed = false;  // there is an entry in holds_
  };
  struct RuleState {
    std::shared_ptr<Rule const> rule;
    std::size_t index = 0;  // in the file's order
    bool present = true;    // false after a reload took it away
    bool enabled = true;
    std::optional<Moment> started;  // of the last firing, for cooldown
    std::vector<RunId> runs;        // under way
    std::deque<std::shared_ptr<Firing const>> queue;
    std::vector<std::optional<Steady>> every;  // next due, by trigger
    std::map<std::size_t, Matching> inputs;    // by trigger
    Steady relays_since;                       // for the guard against loops
    unsigned relays_fired = 0;
    RuleStatus status;
  };
  using State = std::shared_ptr<RuleState>;
  struct InputListener {
    State state;
    std::size_t trigger;
    Matching* matching;  // of the state
  };
  struct Listener {
    State state;
    std::size_t trigger;
  };
  struct Due {
    Steady at;
    std::size_t order;  // the rule's index, so that equal times fire in the file's order
    std::size_t trigger;
    State state;
    bool operator>(Due const& o) const { return at != o.at ? at > o.at : order > o.order; }
  };

  /// By rule and trigger in words.
  using SeenTimes = std::map<std::pair<std::string, std::string>, Instant>;
  State take_over(Rule& rule, std::unordered_map<std::string, State>& old, Moment now);
  void arm(State const& state, SeenTimes const& seen, Moment now);
  void recall(RuleState& state, Moment now);
  void go_on(Moment now, Decisions& out);
  void go_on_waiting(Memory::Waiting const& waiting, Moment now, Decisions& out);
  Moment recalled(Moment saved, Moment now) const;

  bool fire(State const& state, Firing firing, Moment now, Decisions& out);
  void begin(State const& state, std::shared_ptr<Firing const> firing, Moment now, Decisions& out);
  /// Why the rule must not fire now; empty reason when it may.
  std::pair<std::string, std::string> obstacle(RuleState const& state, Firing const& firing,
                                               Moment now) const;
  void skip(RuleState& state, std::shared_ptr<Firing const> firing, std::string reason,
            std::string text, unsigned count, Moment now, Decisions& out);
  void settle(Moment now, Decisions& out);
  void run_ended(Runs::Ended const& ended, Moment now, Decisions& out);
  void set_enabled(EnableAction const& action);
  Firing firing(State const& state, std::size_t trigger, Moment at);
  Firing input_firing(InputListener const& listener, bool high, Moment at);
  void hold(State const& state, std::size_t trigger, Matching& matching);
  void tick_holds(Moment now, Decisions& out);
  void tick_periods(Moment now, Decisions& out);
  void tick_calendar(Moment now, Decisions& out);

  std::string prefix_, machine_;
  std::uint64_t events_ = 0;
  bool stopped_ = false;
  World world_;
  Runs runs_{world_};
  Calendar calendar_;
  std::optional<Memory> remembered_;
  std::string boot_;
  std::vector<State> rules_;
  std::unordered_map<std::string, State> by_name_;
  std::unordered_map<RunId, State> of_run_;
  std::vector<std::vector<InputListener>> inputs_;  // by input number
  std::vector<Listener> relays_, cameras_, webhooks_;
  std::vector<Due> periods_, holds_;  // heaps, earliest first
  std::vector<CalendarEvent> calendar_events_;
};

}  // namespace snapcron
