#pragma once
// A rule as plain values: triggers, conditions, actions. Names are resolved to numbers by the
// loader, so nothing here can dangle.

#include "core/cron.hpp"
#include "core/http_action.hpp"
#include "core/picture_fit.hpp"
#include "core/relay.hpp"
#include "core/sun.hpp"
#include "core/template.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace snapcron {

// ---- triggers ----

/// An edge. With `held` the level must then stay that long; with `count` that many (held) edges
/// must come, the first and the last at most `within` apart.
struct InputTrigger {
  enum class Edge { rising, falling, both };
  unsigned input = 0;
  Edge edge = Edge::rising;
  Duration held{};  // `for`; zero: at once
  unsigned count = 1;
  Duration within{};
  friend bool operator==(InputTrigger const&, InputTrigger const&) = default;
};

/// What becomes of calendar times that passed while the daemon was down, the machine slept or the
/// clock was set.
struct MissedPolicy {
  enum class What { skip, once, all };
  What what = What::once;
  Duration max_age = std::chrono::minutes{5};  // later than that is not made up for
  friend bool operator==(MissedPolicy const&, MissedPolicy const&) = default;
};

struct CronTrigger {
  Cron pattern;
  Zone zone;
  MissedPolicy missed{};
  Duration jitter{};          // the longest; zero: none
  bool gap_run_once = false;  // dst: {gap: run_once}
  friend bool operator==(CronTrigger const&, CronTrigger const&) = default;
};
/// Elapsed time, counted from the daemon's start (or the reload that brought the rule).
struct EveryTrigger {
  Duration period{};
  friend bool operator==(EveryTrigger const&, EveryTrigger const&) = default;
};
/// Sunrise or sunset, `offset` later (earlier when negative).
struct SunTrigger {
  SunEvent event = SunEvent::sunrise;
  Duration offset{};
  Place place;
  MissedPolicy missed{};
  friend bool operator==(SunTrigger const&, SunTrigger const&) = default;
};
struct StartupTrigger {
  friend bool operator==(StartupTrigger const&, StartupTrigger const&) = default;
};
/// A clean stop of the daemon.
struct ShutdownTrigger {
  friend bool operator==(ShutdownTrigger const&, ShutdownTrigger const&) = default;
};
struct RelayTrigger {
  enum class To { off, on, both };
  unsigned relay = 0;
  To to = To::on;
  friend bool operator==(RelayTrigger const&, RelayTrigger const&) = default;
};
struct CameraTrigger {
  std::string camera;
  bool found = false;  // else lost
  friend bool operator==(CameraTrigger const&, CameraTrigger const&) = default;
};
/// POST /api/v1/webhooks/NAME
struct WebhookTrigger {
  std::string name;
  friend bool operator==(WebhookTrigger const&, WebhookTrigger const&) = default;
};

struct Trigger {
  std::variant<InputTrigger, CronTrigger, EveryTrigger, SunTrigger, StartupTrigger, ShutdownTrigger,
               RelayTrigger, CameraTrigger, WebhookTrigger>
      what;
  std::string id;  // empty when not given
  friend bool operator==(Trigger const&, Trigger const&) = default;
};

// ---- conditions ----

struct InputCondition {
  unsigned input = 0;
  bool high = true;
  Duration held{};  // `for`: the level has stood that long
  friend bool operator==(InputCondition const&, InputCondition const&) = default;
};
struct RelayCondition {
  unsigned relay = 0;
  bool on = true;
  friend bool operator==(RelayCondition const&, RelayCondition const&) = default;
};
/// From `from` to before `to`, in seconds of the local day; over midnight when from > to, the whole
/// day when equal. A weekday is that of the window's beginning.
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
struct SunCondition {
  bool day = true;
  Place place;
  friend bool operator==(SunCondition const&, SunCondition const&) = default;
};
/// The firing comes from the trigger with this id.
struct TriggerCondition {
  std::string id;
  friend bool operator==(TriggerCondition const&, TriggerCondition const&) = default;
};
struct Condition;
/// `not` holds when none of its conditions does, as in Home Assistant.
struct GroupCondition {
  enum class Kind { any, all, none };
  Kind kind = Kind::all;
  std::vector<Condition> of;
  friend bool operator==(GroupCondition const&, GroupCondition const&);
};

struct Condition {
  std::variant<InputCondition, RelayCondition, TimeCondition, CronCondition, SunCondition,
               TriggerCondition, GroupCondition>
      what;
  std::string text;  // as a person would say it, for the recorded reason: "time 18:00-07:00"; empty
                     // for a group
  friend bool operator==(Condition const&, Condition const&) = default;
};
inline bool operator==(GroupCondition const& a, GroupCondition const& b) {
  return a.kind == b.kind && a.of == b.of;
}

// ---- actions ----

struct SnapshotAction {
  std::string camera;
  unsigned count = 1;
  Duration interval =
      std::chrono::seconds{1};         // from the start of one capture to the start of the next
  std::optional<Template> filename{};  // else the storage's
  std::vector<std::string> to{};       // names of destinations
  // Of the camera's buffer: all frames from so long before the trigger to so long after it, at
  // least `interval` apart. Both zero: a single picture.
  Duration pre_capture{}, post_capture{};
  std::optional<Duration> max_age{};  // a single picture may be that much older than the action
  PictureSize most{};                 // it is not to be larger; 0: as the camera has it

  bool around() const { return pre_capture > Duration::zero() || post_capture > Duration::zero(); }
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
/// Waits until one of the triggers comes (input, relay, camera and webhook only). Fails after
/// `timeout`; without one it waits for good.
struct WaitForAction {
  std::vector<Trigger> triggers;
  std::optional<Duration> timeout;
  friend bool operator==(WaitForAction const&, WaitForAction const&) = default;
};
/// Enables or disables other rules (or this one), until the daemon is told otherwise: it survives a
/// restart.
struct EnableAction {
  std::vector<std::string> rules;
  bool enable = true;
  friend bool operator==(EnableAction const&, EnableAction const&) = default;
};
/// A mail to the addresses of an smtp destination; subject and text are the destination's unless
/// given here.
struct MailAction {
  std::string destination;
  std::optional<Template> subject{}, text{};
  bool picture = true;  // the run's newest one is attached, if there is one
  friend bool operator==(MailAction const&, MailAction const&) = default;
};
/// A text to a TCP port, and nothing more, as the old units had it.
struct AlertAction {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  Template text;
  bool latin_1 = false;  // each character of it is sent as one byte
  Duration timeout = std::chrono::seconds{10};
  friend bool operator==(AlertAction const&, AlertAction const&) = default;
};
struct Action;
struct IfAction {
  std::vector<Condition> conditions;  // all must hold
  std::vector<Action> then, otherwise;
  friend bool operator==(IfAction const&, IfAction const&);
};

struct Action {
  std::variant<SnapshotAction, RelayAction, DelayAction, LogAction, RunAction, HttpAction,
               MailAction, AlertAction, WaitForAction, EnableAction, IfAction>
      what;
  std::vector<Action> fallback{};  // performed when it failed
  friend bool operator==(Action const& a, Action const& b) {
    return a.what == b.what && a.fallback == b.fallback;
  }
};
inline bool operator==(IfAction const& a, IfAction const& b) {
  return a.conditions == b.conditions && a.then == b.then && a.otherwise == b.otherwise;
}

// ---- rules ----

/// What happens when a rule fires while it runs: it is skipped; the run under way is ended; it
/// waits its turn; it runs beside.
enum class Mode { single, restart, queued, parallel };

struct Rule {
  std::string name;
  std::string description;
  bool enabled = true;
  Mode mode = Mode::single;
  unsigned max = 10;    // of queued: runs under way and waiting; of parallel: runs at once
  Duration cooldown{};  // zero: none
  std::vector<Trigger> triggers;
  std::vector<Condition> conditions;
  std::vector<Action> actions;
  friend bool operator==(Rule const&, Rule const&) = default;
};

}  // namespace snapcron
