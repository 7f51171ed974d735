// The engine's events: what comes in, and the rules that it fires.
#include "core/engine.hpp"

#include "core/heap.hpp"
#include "core/quantity.hpp"
#include "core/trigger_text.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {

Engine::Engine(std::string event_prefix, std::string machine)
    : prefix_(std::move(event_prefix)), machine_(std::move(machine)) {}

std::string Engine::new_event() {
  return prefix_ + "-" + std::to_string(++events_);
}

void Engine::set_input(unsigned input, bool high) {
  world_.set_input(input, {high, {}});
  runs_.on_level(input, high);
  if (input >= inputs_.size()) return;
  for (auto const& listener : inputs_[input]) listener.matching->matcher.on_level(high);
}

void Engine::set_relay(unsigned relay, bool on) {
  world_.set_relay(relay, on);
}

void Engine::start(Moment now, Decisions& out) {
  go_on(now, out);
  for (State const& state : std::vector<State>{rules_}) {
    auto const& triggers = state->rule->triggers;
    for (std::size_t i = 0; i < triggers.size(); ++i) {
      auto const* cron = std::get_if<CronTrigger>(&triggers[i].what);
      if (std::holds_alternative<StartupTrigger>(triggers[i].what) ||
          (cron && cron->pattern.is_reboot()))
        fire(state, firing(state, i, now), now, out);
    }
  }
  settle(now, out);
}

void Engine::shutdown(Moment now, Decisions& out) {
  for (State const& state : std::vector<State>{rules_}) {
    auto const& triggers = state->rule->triggers;
    for (std::size_t i = 0; i < triggers.size(); ++i)
      if (std::holds_alternative<ShutdownTrigger>(triggers[i].what))
        fire(state, firing(state, i, now), now, out);
  }
  settle(now, out);
  stopped_ = true;
}

void Engine::on_edge(InputEdge const& edge, Moment now, Decisions& out) {
  Moment const at{edge.at, now.wall_of(edge.at)};
  world_.set_input(edge.input, {edge.high, edge.at});
  auto const newest = runs_.newest();
  if (edge.input < inputs_.size() && !stopped_) {
    for (auto const& listener : inputs_[edge.input]) {
      if (listener.matching->matcher.on_edge(edge.high, at)) {
        fire(listener.state, input_firing(listener, edge.high, at), now, out);
      } else {
        hold(listener.state, listener.trigger, *listener.matching);
      }
    }
  }
  auto const direction = edge.high ? InputTrigger::Edge::rising : InputTrigger::Edge::falling;
  runs_.happened({InputTrigger{.input = edge.input, .edge = direction}, at}, newest, now, out);
  settle(now, out);
}

void Engine::on_relay(unsigned relay, bool on, Moment now, Decisions& out) {
  world_.set_relay(relay, on);
  auto const newest = runs_.newest();
  for (auto const& listener : relays_) {
    auto const& awaited =
        std::get<RelayTrigger>(listener.state->rule->triggers[listener.trigger].what);
    if (stopped_ || awaited.relay != relay) continue;
    if (awaited.to != RelayTrigger::To::both && (awaited.to == RelayTrigger::To::on) != on)
      continue;
    Firing f = firing(listener.state, listener.trigger, now);
    f.values.relay = world_.names.relay(relay);
    f.values.state = on ? "on" : "off";
    f.cause = "relay " + f.values.relay + " " + f.values.state;
    fire(listener.state, std::move(f), now, out);
  }
  runs_.happened({RelayTrigger{relay, on ? RelayTrigger::To::on : RelayTrigger::To::off}, now},
                 newest, now, out);
  settle(now, out);
}

void Engine::on_camera(std::string const& camera, bool found, Moment now, Decisions& out) {
  auto const newest = runs_.newest();
  for (auto const& listener : cameras_) {
    auto const& awaited =
        std::get<CameraTrigger>(listener.state->rule->triggers[listener.trigger].what);
    if (stopped_ || awaited.camera != camera || awaited.found != found) continue;
    Firing f = firing(listener.state, listener.trigger, now);
    f.values.camera = camera;
    f.values.state = found ? "found" : "lost";
    fire(listener.state, std::move(f), now, out);
  }
  runs_.happened({CameraTrigger{camera, found}, now}, newest, now, out);
  settle(now, out);
}

unsigned Engine::on_webhook(std::string const& name, Moment now, Decisions& out) {
  auto const newest = runs_.newest();
  unsigned listening = 0;
  for (auto const& listener : webhooks_) {
    auto const& awaited =
        std::get<WebhookTrigger>(listener.state->rule->triggers[listener.trigger].what);
    if (stopped_ || awaited.name != name) continue;
    ++listening;
    fire(listener.state, firing(listener.state, listener.trigger, now), now, out);
  }
  runs_.happened({WebhookTrigger{name}, now}, newest, now, out);
  settle(now, out);
  return listening;
}

std::optional<bool> Engine::trigger(std::string_view rule, Moment now, Decisions& out) {
  auto const it = by_name_.find(std::string{rule});
  if (it == by_name_.end()) return std::nullopt;
  Firing f;
  f.event = new_event();
  f.rule = it->second->rule;
  f.cause = "by hand";
  f.at = now;
  f.values.time = now.wall;
  f.values.zone = world_.names.zone;
  f.values.rule = f.rule->name;
  f.values.event = f.event;
  f.values.trigger = "manual";
  bool const fired = fire(it->second, std::move(f), now, out);
  settle(now, out);
  return fired;
}

void Engine::trust_clock(Moment now, Duration waited) {
  calendar_.trust(now.wall, waited);
}

void Engine::ended(RunId run, bool ok, std::string text, Moment now, Decisions& out) {
  runs_.ended(run, ok, std::move(text), now, out);
  settle(now, out);
}

// ---- what is due ----

void Engine::tick(Moment now, Decisions& out) {
  runs_.tick(now, out);
  if (!stopped_) {
    tick_holds(now, out);
    tick_periods(now, out);
    tick_calendar(now, out);
  }
  settle(now, out);
}

// Sees to it that a pending `for` wakes the engine; one entry for a trigger, however often its
// level comes anew.
void Engine::hold(State const& state, std::size_t trigger, Matching& matching) {
  auto const due = matching.matcher.due();
  if (!due || std::exchange(matching.armed, true)) return;
  push_heap(holds_, Due{*due, state->index, trigger, state});
}

void Engine::tick_holds(Moment now, Decisions& out) {
  while (!holds_.empty() && holds_.front().at <= now.steady) {
    auto const due = pop_heap(holds_);
    auto const it = due.state->inputs.find(due.trigger);
    if (!due.state->present || it == due.state->inputs.end()) continue;
    auto& matching = it->second;
    matching.armed = false;
    auto const at = matching.matcher.due();
    if (!matching.matcher.tick(now.steady)) {
      hold(due.state, due.trigger, matching);
      continue;
    }
    auto const input = matching.matcher.trigger().input;
    fire(due.state,
         input_firing({due.state, due.trigger, &matching}, world_.input(input).high,
                      {*at, now.wall_of(*at)}),
         now, out);
  }
}

void Engine::tick_periods(Moment now, Decisions& out) {
  while (!periods_.empty() && periods_.front().at <= now.steady) {
    auto due = pop_heap(periods_);
    State const state = due.state;
    auto const trigger = due.trigger;
    auto const period = std::get<EveryTrigger>(state->rule->triggers[trigger].what).period;
    // After a long sleep one firing stands for all that were missed; the phase stays.
    due.at += period * ((now.steady - due.at) / period + 1);
    state->every[trigger] = due.at;
    push_heap(periods_, std::move(due));
    fire(state, firing(state, trigger, now), now, out);
  }
}

void Engine::tick_calendar(Moment now, Decisions& out) {
  calendar_events_.clear();
  calendar_.tick(now.wall, calendar_events_);
  auto const ago = [&](Instant at) {
    return to_text(std::chrono::floor<std::chrono::seconds>(now.wall - at)) + " ago";
  };
  for (auto const& event : calendar_events_) {
    auto const& slot = calendar_.slots()[event.slot];
    State const state = rules_[slot.rule];
    Firing f = firing(state, slot.trigger, {now.steady - (now.wall - event.at), event.at});
    if (event.kind == CalendarEvent::Kind::fire) {
      fire(state, std::move(f), now, out);
      continue;
    }
    auto const shared = std::make_shared<Firing const>(std::move(f));
    auto const times = std::to_string(event.count) + " times";
    if (!state->enabled) {
      skip(*state, shared, "disabled", "the rule is disabled", event.count, now, out);
    } else if (event.kind == CalendarEvent::Kind::gap) {
      skip(*state, shared, "dst_gap",
           "the clock went forward over " + (event.count == 1 ? "it" : times), event.count, now,
           out);
    } else if (event.kind == CalendarEvent::Kind::held) {
      skip(*state, shared, "clock", "the clock is not synchronised yet", 1, now, out);
    } else {
      auto const several = "was due " + std::string{event.more ? "more than " : ""} + times +
                           ", from " + ago(event.first) + " to " + ago(event.at);
      skip(*state, shared, "missed", event.count == 1 ? "was due " + ago(event.at) : several,
           event.count, now, out);
    }
  }
}

std::optional<Instant> Engine::wakes_wall() const {
  if (stopped_) return std::nullopt;
  return calendar_.wakes();
}

std::optional<Steady> Engine::wakes_steady() const {
  std::optional<Steady> at = runs_.wakes();
  if (stopped_) return at;
  for (auto const* heap : {&periods_, &holds_})
    if (!heap->empty() && (!at || heap->front().at < *at)) at = heap->front().at;
  return at;
}

}  // namespace snapcron
