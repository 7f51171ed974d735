#include "core/engine.hpp"

#include "core/quantity.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace snapcron {
namespace {

/// A calendar firing that is later than this (the daemon was down, the clock was set) is missed.
constexpr auto missed_max_age = std::chrono::minutes{5};
/// A clock set back by more than this is a new time, not a correction.
constexpr auto large_step = std::chrono::hours{3};

template <class T>
void push(std::vector<T>& heap, T value) {
  heap.push_back(std::move(value));
  std::push_heap(heap.begin(), heap.end(), std::greater<>{});
}

template <class T>
T pop(std::vector<T>& heap) {
  std::pop_heap(heap.begin(), heap.end(), std::greater<>{});
  T value = std::move(heap.back());
  heap.pop_back();
  return value;
}

bool level_of(std::vector<bool> const& levels, unsigned number) {
  return number < levels.size() && levels[number];
}

void set_level(std::vector<bool>& levels, unsigned number, bool level) {
  if (number >= levels.size()) levels.resize(number + 1);
  levels[number] = level;
}

bool listens(InputTrigger::Edge edge, bool high) {
  return edge == InputTrigger::Edge::both || (edge == InputTrigger::Edge::rising) == high;
}

bool in_window(TimeCondition const& window, Instant at) {
  Civil const civil = window.zone.civil(at);
  std::chrono::seconds const now{civil.hour * 3600 + civil.minute * 60 + civil.second};
  auto const yesterday = (civil.weekday + 6) % 7;
  if (window.from == window.to) return window.weekdays[civil.weekday];
  if (window.from < window.to)
    return now >= window.from && now < window.to && window.weekdays[civil.weekday];
  if (now >= window.from) return window.weekdays[civil.weekday];
  return now < window.to && window.weekdays[yesterday];
}

}  // namespace

Engine::Engine(std::string event_prefix) : prefix_(std::move(event_prefix)) {}

void Engine::configure(std::vector<Rule> rules, std::map<unsigned, std::string> input_names,
                       std::map<unsigned, std::string> relay_names, Moment now) {
  input_names_ = std::move(input_names);
  relay_names_ = std::move(relay_names);
  auto old = std::exchange(by_name_, {});
  for (auto& [name, state] : old) state->present = false;
  rules_.clear();
  listeners_.clear();
  calendar_.clear();
  periods_.clear();
  for (auto& rule : rules) {
    auto const known = old.find(rule.name);
    State state = known != old.end() ? known->second : std::make_shared<RuleState>();
    if (known != old.end()) {
      for (std::size_t i = 0; i < state->every.size(); ++i) {
        bool const same = i < rule.triggers.size() && rule.triggers[i] == state->rule->triggers[i];
        if (!same) state->every[i].reset();
      }
    }
    state->rule = std::make_shared<Rule const>(std::move(rule));
    state->index = rules_.size();
    state->present = true;
    state->status.name = state->rule->name;
    state->status.enabled = state->rule->enabled;
    state->every.resize(state->rule->triggers.size());
    by_name_.emplace(state->rule->name, state);
    rules_.push_back(state);
    arm(state, now);
  }
}

void Engine::arm(State const& state, Moment now) {
  auto const& triggers = state->rule->triggers;
  for (std::size_t i = 0; i < triggers.size(); ++i) {
    if (auto const* input = std::get_if<InputTrigger>(&triggers[i].what)) {
      if (input->input >= listeners_.size()) listeners_.resize(input->input + 1);
      listeners_[input->input].push_back({state, input->edge, &triggers[i]});
    } else if (auto const* every = std::get_if<EveryTrigger>(&triggers[i].what)) {
      if (!state->every[i]) state->every[i] = now.steady + every->period;
      push(periods_, Due<Steady>{*state->every[i], state->index, i, state});
    } else if (std::holds_alternative<CronTrigger>(triggers[i].what)) {
      plan_cron(state, i, now.wall);
    }
  }
}

void Engine::plan_cron(State const& state, std::size_t trigger, Instant after) {
  auto const& cron = std::get<CronTrigger>(state->rule->triggers[trigger].what);
  if (auto const next = cron.pattern.next(after, cron.zone))
    push(calendar_, Due<Instant>{*next, state->index, trigger, state});
}

void Engine::set_input(unsigned input, bool high) { set_level(inputs_, input, high); }
void Engine::set_relay(unsigned relay, bool on) { set_level(relays_, relay, on); }

void Engine::start(Moment now, Decisions& out) {
  for (State const& state : std::vector<State>{rules_}) {
    for (auto const& trigger : state->rule->triggers) {
      auto const* cron = std::get_if<CronTrigger>(&trigger.what);
      if (std::holds_alternative<StartupTrigger>(trigger.what) || (cron && cron->pattern.is_reboot()))
        fire(state, firing(state, &trigger, now), now, out);
    }
  }
}

void Engine::on_edge(InputEdge const& edge, Moment now, Decisions& out) {
  set_level(inputs_, edge.input, edge.high);
  if (edge.input >= listeners_.size()) return;
  Moment const at{edge.at, now.wall_of(edge.at)};
  for (Listener const& listener : listeners_[edge.input]) {
    if (!listens(listener.edge, edge.high)) continue;
    Firing f = firing(listener.state, listener.trigger, at);
    f.values.input = name_of(input_names_, edge.input);
    f.values.edge = edge.high ? "rising" : "falling";
    f.cause = "input " + f.values.input + " " + f.values.edge;
    fire(listener.state, std::move(f), now, out);
  }
}

std::string Engine::new_event() { return prefix_ + "-" + std::to_string(++events_); }

Firing Engine::firing(State const& state, Trigger const* trigger, Moment at) {
  Firing f;
  f.event = new_event();
  f.rule = state->rule;
  f.at = at;
  f.values.time = at.wall;
  f.values.rule = state->rule->name;
  f.values.event = f.event;
  if (!trigger) {
    f.cause = "by hand";
    f.values.trigger = "manual";
    return f;
  }
  struct Kind {
    std::pair<char const*, std::string> operator()(InputTrigger const&) const { return {"input", ""}; }
    std::pair<char const*, std::string> operator()(CronTrigger const& c) const {
      return {"cron", "cron " + c.pattern.text()};
    }
    std::pair<char const*, std::string> operator()(EveryTrigger const& e) const {
      return {"every", "every " + to_text(e.period)};
    }
    std::pair<char const*, std::string> operator()(StartupTrigger const&) const { return {"startup", "startup"}; }
    std::pair<char const*, std::string> operator()(SunTrigger const&) const { return {"", ""}; }
    std::pair<char const*, std::string> operator()(ShutdownTrigger const&) const { return {"", ""}; }
    std::pair<char const*, std::string> operator()(RelayTrigger const&) const { return {"", ""}; }
    std::pair<char const*, std::string> operator()(CameraTrigger const&) const { return {"", ""}; }
    std::pair<char const*, std::string> operator()(WebhookTrigger const&) const { return {"", ""}; }
  };
  auto [kind, cause] = std::visit(Kind{}, trigger->what);
  f.cause = std::move(cause);
  f.values.trigger = trigger->id.empty() ? kind : trigger->id;
  return f;
}

bool Engine::holds(Condition const& condition, Firing const& firing) const {
  struct Check {
    Engine const& engine;
    Instant at;
    bool operator()(InputCondition const& c) const { return level_of(engine.inputs_, c.input) == c.high; }
    bool operator()(RelayCondition const& c) const { return level_of(engine.relays_, c.relay) == c.on; }
    bool operator()(TimeCondition const& c) const { return in_window(c, at); }
    bool operator()(CronCondition const& c) const { return c.pattern.matches_minute(at, c.zone); }
    bool operator()(SunCondition const&) const { return false; }
    bool operator()(TriggerCondition const&) const { return false; }
    bool operator()(GroupCondition const&) const { return false; }
  };
  return std::visit(Check{*this, firing.at.wall}, condition.what);
}

std::pair<std::string, std::string> Engine::obstacle(RuleState const& state, Firing const& firing,
                                                     Moment now) const {
  Rule const& rule = *state.rule;
  if (!rule.enabled) return {"disabled", "the rule is disabled"};
  for (auto const& condition : rule.conditions)
    if (!holds(condition, firing)) return {"condition", condition.text + " does not hold"};
  if (state.started && now.steady < *state.started + rule.cooldown) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(*state.started + rule.cooldown - now.steady);
    return {"cooldown", "for " + to_text(left) + " more"};
  }
  if (state.run) return {"mode", "single: event " + runs_.at(*state.run).firing->event + " is still running"};
  return {};
}

bool Engine::fire(State const& state, Firing firing, Moment now, Decisions& out) {
  auto [reason, text] = obstacle(*state, firing, now);
  if (!reason.empty()) {
    skip(*state, std::move(firing), std::move(reason), std::move(text), now, out);
    return false;
  }
  auto const shared = std::make_shared<Firing const>(std::move(firing));
  RunId const id = ++last_run_;
  state->run = id;
  state->started = now.steady;
  state->status.last_fired = shared->at.wall;
  ++state->status.runs;
  out.facts.push_back({.kind = Fact::Kind::trigger, .at = now, .firing = shared, .run = id, .action = nullptr, .seq = 1,
                       .reason = {}, .ok = true, .text = shared->cause});
  auto& run = runs_.emplace(id, Run{state, shared, 0, 1, now.steady, false}).first->second;
  step(id, run, now, out);
  return true;
}

void Engine::skip(RuleState& state, Firing firing, std::string reason, std::string text, Moment now,
                  Decisions& out) {
  ++state.status.skipped[reason];
  state.status.last_skip = reason + ": " + text;
  out.facts.push_back({.kind = Fact::Kind::skip, .at = now,
                       .firing = std::make_shared<Firing const>(std::move(firing)), .run = 0, .action = nullptr, .seq = 1,
                       .reason = std::move(reason), .ok = true, .text = std::move(text)});
}

// Begins the run's present step: hands it out, or sets the alarm of a delay; past the last, ends the run.
void Engine::step(RunId id, Run& run, Moment now, Decisions& out) {
  auto const& actions = run.firing->rule->actions;
  if (run.step >= actions.size()) return finish(id, now, out);
  Action const& action = actions[run.step];
  run.step_started = now.steady;
  out.facts.push_back({.kind = Fact::Kind::action, .at = now, .firing = run.firing, .run = id, .action = &action,
                       .seq = run.seq, .reason = {}, .ok = true, .text = {}});
  if (auto const* delay = std::get_if<DelayAction>(&action.what)) {
    push(wakes_, Wake{now.steady + delay->duration, id});
  } else {
    out.perform.push_back({id, run.firing, &action, run.seq});
  }
}

void Engine::ended(RunId id, bool ok, std::string text, Moment now, Decisions& out) {
  auto const it = runs_.find(id);
  if (it == runs_.end()) return;
  Run& run = it->second;
  Action const& action = run.firing->rule->actions.at(run.step);
  run.failed = run.failed || !ok;
  out.facts.push_back({.kind = Fact::Kind::result, .at = now, .firing = run.firing, .run = id, .action = &action,
                       .seq = run.seq, .reason = {}, .ok = ok, .text = std::move(text)});
  if (auto const* shots = std::get_if<SnapshotAction>(&action.what); shots && run.seq < shots->count) {
    ++run.seq;
    Steady const next = run.step_started + shots->interval;
    if (next > now.steady) return push(wakes_, Wake{next, id});
    return step(id, run, now, out);
  }
  run.seq = 1;
  ++run.step;
  step(id, run, now, out);
}

void Engine::finish(RunId id, Moment now, Decisions& out) {
  auto node = runs_.extract(id);
  Run const& run = node.mapped();
  run.state->run.reset();
  if (run.failed) ++run.state->status.failed;
  out.facts.push_back({.kind = Fact::Kind::end, .at = now, .firing = run.firing, .run = id, .action = nullptr, .seq = 1,
                       .reason = {}, .ok = !run.failed, .text = {}});
}

void Engine::tick(Moment now, Decisions& out) {
  while (!wakes_.empty() && wakes_.front().at <= now.steady) {
    RunId const id = pop(wakes_).run;
    auto const it = runs_.find(id);
    if (it == runs_.end()) continue;
    Run& run = it->second;
    // A delay is over; or the next picture of a series is due.
    if (std::holds_alternative<DelayAction>(run.firing->rule->actions.at(run.step).what)) ++run.step;
    step(id, run, now, out);
  }
  while (!periods_.empty() && periods_.front().at <= now.steady) {
    auto due = pop(periods_);
    auto const& trigger = due.state->rule->triggers[due.trigger];
    auto const period = std::get<EveryTrigger>(trigger.what).period;
    // After a long sleep one firing stands for all that were missed; the phase stays.
    due.at += period * ((now.steady - due.at) / period + 1);
    due.state->every[due.trigger] = due.at;
    State const state = due.state;
    push(periods_, std::move(due));
    fire(state, firing(state, &trigger, now), now, out);
  }
  while (!calendar_.empty() && calendar_.front().at <= now.wall) cron_due(pop(calendar_), now, out);
}

void Engine::cron_due(Due<Instant> const& due, Moment now, Decisions& out) {
  State const state = due.state;
  auto const& trigger = state->rule->triggers[due.trigger];
  Moment const at{now.steady - (now.wall - due.at), due.at};
  plan_cron(state, due.trigger, now.wall);
  Firing f = firing(state, &trigger, at);
  if (now.wall - due.at > missed_max_age) {
    skip(*state, std::move(f), "missed", "was due " + to_text(std::chrono::floor<std::chrono::seconds>(
         now.wall - due.at)) + " ago", now, out);
  } else {
    fire(state, std::move(f), now, out);
  }
}

std::optional<bool> Engine::trigger(std::string_view rule, Moment now, Decisions& out) {
  auto const it = by_name_.find(std::string{rule});
  if (it == by_name_.end()) return std::nullopt;
  State const state = it->second;
  return fire(state, firing(state, nullptr, now), now, out);
}

void Engine::clock_changed(Moment now) {
  // What is already due stays due (tick judges its age); what lies ahead is computed from the new time, but
  // a fixed time that has fired does not come again after a small step back. Intervals go straight on.
  auto const old = std::exchange(calendar_, {});
  for (auto const& due : old) {
    if (due.at <= now.wall) {
      push(calendar_, due);
      continue;
    }
    auto const& fired = due.state->status.last_fired;
    auto const& cron = std::get<CronTrigger>(due.state->rule->triggers[due.trigger].what);
    bool const small_step_back = !cron.pattern.is_interval() && fired && *fired > now.wall && *fired - now.wall < large_step;
    plan_cron(due.state, due.trigger, small_step_back ? *fired : now.wall);
  }
}

std::optional<Steady> Engine::wakes_steady() const {
  std::optional<Steady> at;
  if (!wakes_.empty()) at = wakes_.front().at;
  if (!periods_.empty() && (!at || periods_.front().at < *at)) at = periods_.front().at;
  return at;
}

std::optional<Instant> Engine::wakes_wall() const {
  if (calendar_.empty()) return std::nullopt;
  return calendar_.front().at;
}

std::vector<RuleStatus> Engine::status() const {
  std::vector<RuleStatus> all;
  all.reserve(rules_.size());
  for (auto const& state : rules_) {
    all.push_back(state->status);
    all.back().running = state->run.has_value();
  }
  for (auto const& due : calendar_) {
    auto& next = all[due.order].next;
    if (!next || due.at < *next) next = due.at;
  }
  return all;
}

}  // namespace snapcron
