// The engine's rules: how they come in, what they keep over a reload, and what is remembered over a
// restart.
#include "core/engine.hpp"
#include "core/heap.hpp"
#include "core/jitter.hpp"
#include "core/trigger_text.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {

void Engine::remember(Memory memory, std::string boot) {
  remembered_ = std::move(memory);
  boot_ = std::move(boot);
}

void Engine::configure(std::vector<Rule> rules, Names names, Moment now) {
  world_.names = std::move(names);
  auto old = std::exchange(by_name_, {});
  // What the calendar has seen of the triggers that stay.
  std::map<std::pair<std::string, std::string>, Instant> seen;
  for (auto const& slot : calendar_.slots()) {
    auto const& rule = *rules_[slot.rule]->rule;
    if (slot.seen)
      seen.emplace(std::pair{rule.name, describe(rule.triggers[slot.trigger], world_.names)},
                   *slot.seen);
  }
  if (remembered_)
    for (auto const& [name, of] : remembered_->rules)
      for (auto const& one : of.seen) seen.emplace(std::pair{name, one.trigger}, one.until);
  for (auto& [name, state] : old) state->present = false;
  rules_.clear();
  inputs_.clear();
  relays_.clear();
  cameras_.clear();
  webhooks_.clear();
  calendar_.clear();
  periods_.clear();
  for (auto& rule : rules) {
    State const state = take_over(rule, old, now);
    by_name_.emplace(state->rule->name, state);
    rules_.push_back(state);
    arm(state, seen, now);
  }
  calendar_.arm(now.wall);
}

// The state of a rule that stays, or a new one.
Engine::State Engine::take_over(Rule& rule, std::unordered_map<std::string, State>& old,
                                Moment now) {
  auto const known = old.find(rule.name);
  bool const is_new = known == old.end();
  State const state = is_new ? std::make_shared<RuleState>() : known->second;
  if (is_new) {
    state->enabled = rule.enabled;
  } else {
    if (rule.enabled != state->rule->enabled) state->enabled = rule.enabled;
    auto const same = [&](std::size_t i) {
      return i < rule.triggers.size() && rule.triggers[i] == state->rule->triggers[i];
    };
    for (std::size_t i = 0; i < state->every.size(); ++i)
      if (!same(i)) state->every[i].reset();
    std::erase_if(state->inputs, [&](auto const& entry) { return !same(entry.first); });
  }
  state->rule = std::make_shared<Rule const>(std::move(rule));
  state->index = rules_.size();
  state->present = true;
  state->every.resize(state->rule->triggers.size());
  state->status.name = state->rule->name;
  if (is_new) recall(*state, now);
  state->status.enabled = state->enabled;
  state->status.description = state->rule->description;
  state->status.triggers.clear();
  for (auto const& trigger : state->rule->triggers)
    state->status.triggers.push_back(describe(trigger, world_.names));
  return state;
}

void Engine::arm(State const& state, SeenTimes const& seen, Moment now) {
  auto const& triggers = state->rule->triggers;
  for (std::size_t i = 0; i < triggers.size(); ++i) {
    auto const& what = triggers[i].what;
    if (auto const* input = std::get_if<InputTrigger>(&what)) {
      auto& matching = state->inputs.try_emplace(i, Matching{InputMatcher{*input}}).first->second;
      if (input->input >= inputs_.size()) inputs_.resize(input->input + 1);
      inputs_[input->input].push_back({state, i, &matching});
    } else if (auto const* every = std::get_if<EveryTrigger>(&what)) {
      if (!state->every[i]) state->every[i] = now.steady + every->period;
      push_heap(periods_, Due{*state->every[i], state->index, i, state});
    } else if (std::holds_alternative<RelayTrigger>(what)) {
      relays_.push_back({state, i});
    } else if (std::holds_alternative<CameraTrigger>(what)) {
      cameras_.push_back({state, i});
    } else if (std::holds_alternative<WebhookTrigger>(what)) {
      webhooks_.push_back({state, i});
    } else if (auto const times = Occurrences::of(triggers[i])) {
      Calendar::Slot slot{.rule = state->index, .trigger = i, .times = *times};
      slot.jitter = jitter_of(machine_, state->rule->name, times->jitter());
      if (!seen.empty()) {
        auto const it = seen.find({state->rule->name, describe(triggers[i], world_.names)});
        if (it != seen.end()) slot.seen = it->second;
      }
      calendar_.add(std::move(slot), now.wall);
    }
  }
}

// ---- over a restart ----

/// A moment of before the restart on today's steady clock: the same boot's is the same, another's
/// goes by the wall.
Moment Engine::recalled(Moment saved, Moment now) const {
  if (remembered_ && !boot_.empty() && remembered_->boot == boot_ && saved.steady <= now.steady)
    return saved;
  auto const ago = std::max(now.wall - saved.wall, Duration::zero());
  return {now.steady - ago, saved.wall};
}

void Engine::recall(RuleState& state, Moment now) {
  if (!remembered_) return;
  auto const it = remembered_->rules.find(state.rule->name);
  if (it == remembered_->rules.end()) return;
  if (it->second.enabled) state.enabled = *it->second.enabled;
  if (!it->second.started) return;
  state.started = recalled(*it->second.started, now);
  state.status.last_fired = it->second.started->wall;
}

// The level is read again: what still holds goes on.
void Engine::go_on(Moment now, Decisions& out) {
  if (!remembered_) return;
  for (State const& state : rules_) {
    auto const known = remembered_->rules.find(state->rule->name);
    if (known == remembered_->rules.end()) continue;
    for (auto& [i, matching] : state->inputs) {
      auto const text = describe(state->rule->triggers[i], world_.names);
      for (auto const& held : known->second.held) {
        auto const& trigger = matching.matcher.trigger();
        bool const high = world_.input(trigger.input).high;
        if (held.trigger != text || !listens(trigger.edge, high)) continue;
        auto const since = recalled(held.since, now);
        world_.set_input(trigger.input, {high, since.steady});
        matching.matcher.resume(high, since);
        hold(state, i, matching);
      }
    }
  }
  for (auto const& waiting : remembered_->runs) go_on_waiting(waiting, now, out);
  remembered_.reset();
}

void Engine::go_on_waiting(Memory::Waiting const& waiting, Moment now, Decisions& out) {
  auto const it = by_name_.find(waiting.rule);
  if (it == by_name_.end()) return;
  State const& state = it->second;
  auto const value = [&](char const* name) {
    auto const found = waiting.values.find(name);
    return found == waiting.values.end() ? std::string{} : found->second;
  };
  Firing f;
  f.event = waiting.event;
  f.rule = state->rule;
  f.cause = waiting.cause;
  f.at = waiting.at;
  f.values = {.time = waiting.at.wall,
              .zone = world_.names.zone,
              .camera = {},
              .rule = waiting.rule,
              .trigger = value("trigger"),
              .input = value("input"),
              .edge = value("edge"),
              .event = waiting.event,
              .state = value("state"),
              .relay = value("relay"),
              .picture = value("picture"),
              .reply = {},
              .secret = {}};
  auto const shared = std::make_shared<Firing const>(std::move(f));
  auto until = waiting.until;
  if (until && (boot_.empty() || remembered_->boot != boot_))
    until->steady = now.steady + std::max(until->wall - now.wall, Duration::zero());
  if (auto const run = runs_.resume(waiting, shared, until, now)) {
    state->runs.push_back(*run);
    of_run_.emplace(*run, state);
    return;
  }
  Fact fact;
  fact.kind = Fact::Kind::end;
  fact.at = now;
  fact.firing = shared;
  fact.ok = false;
  fact.text = "the rule has changed: it does not go on after the restart";
  out.facts.push_back(std::move(fact));
}

Memory Engine::memory() const {
  Memory memory;
  memory.boot = boot_;
  auto const of = [&](RuleState const& state) -> Memory::OfRule& {
    return memory.rules[state.rule->name];
  };
  for (auto const& state : rules_) {
    if (state->started) of(*state).started = state->started;
    if (state->enabled != state->rule->enabled) of(*state).enabled = state->enabled;
    for (auto const& [i, matching] : state->inputs)
      if (auto const& since = matching.matcher.held_since())
        of(*state).held.push_back({describe(state->rule->triggers[i], world_.names), *since});
  }
  for (auto const& slot : calendar_.slots()) {
    auto const& state = *rules_[slot.rule];
    if (slot.seen)
      of(state).seen.push_back(
          {describe(state.rule->triggers[slot.trigger], world_.names), *slot.seen});
  }
  memory.runs = runs_.waiting();
  return memory;
}

std::vector<RuleStatus> Engine::status(Instant now) const {
  std::vector<RuleStatus> all;
  all.reserve(rules_.size());
  for (auto const& state : rules_) {
    all.push_back(state->status);
    all.back().running = !state->runs.empty();
  }
  for (std::size_t i = 0; i < calendar_.slots().size(); ++i) {
    auto const at = calendar_.next(i, now);
    auto& next = all[calendar_.slots()[i].rule].next;
    if (at && (!next || *at < *next)) next = at;
  }
  return all;
}

}  // namespace snapcron
