#pragma once
// A rule as plain values: triggers, conditions, actions. Names are resolved to numbers by the
// loader, so nothing here can dangle.

#include "core/cron.hpp"
#include "core/relay.hpp"
#include "core/template.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <bitset>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace snapcron {

struct InputTrigger {
  enum class Edge { rising, falling, both };
  unsigned input = 0;
  Edge edge = Edge::rising;
  friend bool operator==(InputTrigger const&, InputTrigger const&) = default;
};
struct CronTrigger {
  Cron pattern;
  Zone zone;
  friend bool operator==(CronTrigger const&, CronTrigger const&) = default;
};
/// Elapsed time, counted from the daemon's start (or the reload that brought the rule).
struct EveryTrigger {
  Duration period{};
  friend bool operator==(EveryTrigger const&, EveryTrigger const&) = default;
};
struct StartupTrigger {
  friend bool operator==(StartupTrigger const&, StartupTrigger const&) = default;
};

struct Trigger {
  std::variant<InputTrigger, CronTrigger, EveryTrigger, StartupTrigger> what;
  std::string id;  // empty when not given
  friend bool operator==(Trigger const&, Trigger const&) = default;
};

struct InputCondition {
  unsigned input = 0;
  bool high = true;
  friend bool operator==(InputCondition const&, InputCondition const&) = default;
};
struct RelayCondition {
  unsigned relay = 0;
  bool on = true;
  friend bool operator==(RelayCondition const&, RelayCondition const&) = default;
};
/// From `from` to before `to`, in seconds of the local day; over midnight when from > to, the whole day
/// when equal. A weekday is that of the window's beginning.
struct TimeCondition {
  std::chrono::seconds from{}, to{};
  std::bitset<7> weekdays{0x7f};  // bit 0 = Sunday
  Zone zone;
  friend bool operator==(TimeCondition const&, TimeCondition const&) = default;
};
struct CronCondition {
  Cron pattern;
  Zone zone;
  friend bool operator==(CronCondition const&, CronCondition const&) = default;
};

struct Condition {
  std::variant<InputCondition, RelayCondition, TimeCondition, CronCondition> what;
  std::string text;  // as a person would say it, for the recorded reason: "time 18:00-07:00"
  friend bool operator==(Condition const&, Condition const&) = default;
};

struct SnapshotAction {
  std::string camera;
  unsigned count = 1;
  Duration interval = std::chrono::seconds{1};  // from the start of one capture to the start of the next
  std::optional<Template> filename{};           // else the storage's
  friend bool operator==(SnapshotAction const&, SnapshotAction const&) = default;
};
struct RelayAction {
  unsigned relay = 0;
  RelayCommand command;
  friend bool operator==(RelayAction const&, RelayAction const&) = default;
};
struct DelayAction {
  Duration duration{};
  friend bool operator==(DelayAction const&, DelayAction const&) = default;
};
struct LogAction {
  Template text;
  friend bool operator==(LogAction const&, LogAction const&) = default;
};
/// A program by argv, never a shell; argv[0] is literal, the others are templates.
struct RunAction {
  std::vector<Template> argv;
  Duration timeout = std::chrono::seconds{30};
  friend bool operator==(RunAction const&, RunAction const&) = default;
};

struct Action {
  std::variant<SnapshotAction, RelayAction, DelayAction, LogAction, RunAction> what;
  friend bool operator==(Action const&, Action const&) = default;
};

struct Rule {
  std::string name;
  std::string description;
  bool enabled = true;
  Duration cooldown{};  // zero: none
  std::vector<Trigger> triggers;
  std::vector<Condition> conditions;
  std::vector<Action> actions;
  friend bool operator==(Rule const&, Rule const&) = default;
};

}  // namespace snapcron
