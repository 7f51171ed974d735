// The engine's firings: whether a rule may fire, how its runs begin and end.
#include "core/conditions.hpp"
#include "core/engine.hpp"
#include "core/quantity.hpp"
#include "core/trigger_text.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

/// A rule that relays fire more often than this within a second fires itself, through its own
/// actions or another's.
constexpr unsigned most_by_relays = 50;
constexpr auto relay_window = std::chrono::seconds{1};

std::string running(std::size_t n) {
  return std::to_string(n) + (n == 1 ? " is running" : " are running");
}

}  // namespace

Firing Engine::firing(State const& state, std::size_t trigger, Moment at) {
  auto const& which = state->rule->triggers[trigger];
  Firing f;
  f.event = new_event();
  f.rule = state->rule;
  f.cause = describe(which, world_.names);
  f.at = at;
  f.values.time = at.wall;
  f.values.zone = world_.names.zone;
  f.values.rule = state->rule->name;
  f.values.event = f.event;
  f.values.trigger = which.id.empty() ? kind_of(which) : which.id;
  return f;
}

Firing Engine::input_firing(InputListener const& listener, bool high, Moment at) {
  auto const& trigger = listener.matching->matcher.trigger();
  Firing f = firing(listener.state, listener.trigger, at);
  f.values.input = world_.names.input(trigger.input);
  f.values.edge = high ? "rising" : "falling";
  if (trigger.edge == InputTrigger::Edge::both && trigger.count <= 1 &&
      trigger.held == Duration::zero())
    f.cause = "input " + f.values.input + " " + f.values.edge;
  return f;
}

std::pair<std::string, std::string> Engine::obstacle(RuleState const& state, Firing const& firing,
                                                     Moment now) const {
  Rule const& rule = *state.rule;
  if (!state.enabled) return {"disabled", "the rule is disabled"};
  if (auto fails =
          what_fails(rule.conditions, {world_, now, firing.at.wall, firing.values.trigger}))
    return {"condition", std::move(*fails)};
  if (state.started && now.steady < state.started->steady + rule.cooldown) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(state.started->steady +
                                                                   rule.cooldown - now.steady);
    return {"cooldown", "for " + to_text(left) + " more"};
  }
  auto const under_way = state.runs.size();
  switch (rule.mode) {
    case Mode::single:
      if (under_way > 0)
        return {"mode",
                "single: event " + runs_.event_of(state.runs.front()) + " is still running"};
      break;
    case Mode::queued:
      if (under_way + state.queue.size() >= rule.max)
        return {"mode", "queued: " + running(under_way) + " and " +
                            std::to_string(state.queue.size()) + " wait, the most is " +
                            std::to_string(rule.max)};
      break;
    case Mode::parallel:
      if (under_way >= rule.max)
        return {"mode",
                "parallel: " + running(under_way) + ", the most is " + std::to_string(rule.max)};
      break;
    case Mode::restart:
      break;
  }
  return {};
}

bool Engine::fire(State const& state, Firing given, Moment now, Decisions& out) {
  auto const firing = std::make_shared<Firing const>(std::move(given));
  auto [reason, text] = obstacle(*state, *firing, now);
  if (reason.empty() && !firing->values.relay.empty()) {
    if (now.steady - state->relays_since >= relay_window) {
      state->relays_since = now.steady;
      state->relays_fired = 0;
    }
    if (++state->relays_fired > most_by_relays) {
      reason = "mode";
      text = "relays have fired it " + std::to_string(most_by_relays) +
             " times within a second: do its actions switch what fires it?";
    }
  }
  if (!reason.empty()) {
    skip(*state, firing, std::move(reason), std::move(text), 1, now, out);
    return false;
  }
  if (state->rule->mode == Mode::restart) {
    for (RunId const run : std::vector<RunId>{state->runs})
      runs_.cancel(run, "restarted by event " + firing->event, now, out);
    settle(now, out);
  }
  if (state->rule->mode == Mode::queued && !state->runs.empty()) {
    state->started = now;
    state->queue.push_back(firing);
  } else {
    begin(state, firing, now, out);
  }
  return true;
}

void Engine::begin(State const& state, std::shared_ptr<Firing const> firing, Moment now,
                   Decisions& out) {
  state->started = now;
  state->status.last_fired = firing->at.wall;
  ++state->status.runs;
  RunId const run = runs_.begin(std::move(firing), now, out);
  state->runs.push_back(run);
  of_run_.emplace(run, state);
}

void Engine::skip(RuleState& state, std::shared_ptr<Firing const> firing, std::string reason,
                  std::string text, unsigned count, Moment now, Decisions& out) {
  state.status.skipped[reason] += count;
  state.status.last_skip = reason + ": " + text;
  state.status.last_skipped = now.wall;
  Fact fact;
  fact.kind = Fact::Kind::skip;
  fact.at = now;
  fact.firing = std::move(firing);
  fact.reason = std::move(reason);
  fact.count = count;
  fact.text = std::move(text);
  out.facts.push_back(std::move(fact));
}

// Takes notice of runs that ended and of rules that were switched, which may begin further runs.
void Engine::settle(Moment now, Decisions& out) {
  while (runs_.has_news()) {
    for (auto const& action : runs_.take_switches()) set_enabled(action);
    for (auto const& ended : runs_.take_ended()) run_ended(ended, now, out);
  }
}

void Engine::run_ended(Runs::Ended const& ended, Moment now, Decisions& out) {
  auto const node = of_run_.extract(ended.run);
  if (node.empty()) return;
  State const state = node.mapped();
  std::erase(state->runs, ended.run);
  if (!ended.ok) ++state->status.failed;
  while (!state->queue.empty() && state->runs.empty() && !stopped_) {
    auto const next = std::move(state->queue.front());
    state->queue.pop_front();
    if (state->enabled && state->present)
      begin(state, next, now, out);
    else
      skip(*state, next, "disabled", "the rule was disabled while it waited its turn", 1, now, out);
  }
}

void Engine::set_enabled(EnableAction const& action) {
  for (auto const& name : action.rules) set_enabled(name, action.enable);
}

std::optional<bool> Engine::set_enabled(std::string const& rule, bool enabled) {
  auto const it = by_name_.find(rule);
  if (it == by_name_.end()) return std::nullopt;
  it->second->status.enabled = enabled;
  return std::exchange(it->second->enabled, enabled) != enabled;
}

}  // namespace snapcron
