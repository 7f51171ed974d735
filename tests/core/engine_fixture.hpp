#pragma once
// The rule engine on a virtual clock: events in, decisions out, facts as short lines.
#include "core/engine.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <memory>

namespace snapcron {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr unsigned door = 1, window = 2, strike = 1, siren = 2;  // inputs, and relays

class EngineTest : public testing::Test {
 protected:
  static Names names() {
    return {.inputs = {{door, "front-door"}, {window, "window"}},
            .relays = {{strike, "strike"}, {siren, "siren"}}};
  }
  void load(std::vector<Rule> rules) {
    loaded = rules;
    engine->configure(std::move(rules), names(), now());
  }
  Moment now() const { return {Steady{} + 1h + passed, noon + passed + stepped}; }
  /// Moves the clock, waking the engine whenever it asked for it.
  void advance(Duration by) {
    Duration const end = passed + by;
    for (;;) {
      auto const wake = next_wake();
      if (!wake || *wake > end) break;
      passed = std::max(passed, *wake);
      engine->tick(now(), out);
    }
    passed = end;
  }
  std::optional<Duration> next_wake() const {
    std::optional<Duration> next;
    if (auto const at = engine->wakes_steady()) next = *at - (Steady{} + 1h);
    if (auto const at = engine->wakes_wall())
      if (Duration const due = *at - noon - stepped; !next || due < *next) next = due;
    return next;
  }
  /// Somebody sets the wall clock.
  void set_clock(Duration by) {
    stepped += by;
    engine->clock_changed(now());
    advance(0s);
  }
  void edge(unsigned input, bool high) { engine->on_edge({input, high, now().steady}, now(), out); }
  /// Ends everything that was handed out, in order, as real actions would.
  void perform_all(bool ok = true) {
    while (!out.perform.empty()) {
      auto const list = std::exchange(out.perform, {});
      for (auto const& p : list) engine->ended(p.run, ok, "", now(), out);
    }
  }
  /// Ends what was handed out first, and nothing that comes of it.
  void perform_one(bool ok = true) {
    ASSERT_FALSE(out.perform.empty());
    auto const task = out.perform.front();
    out.perform.erase(out.perform.begin());
    engine->ended(task.run, ok, "", now(), out);
  }
  /// The daemon ends and starts again after `down`, with the same rules unless others are given.
  /// `other_boot`: the machine was started anew, and its steady clock with it.
  void restart(Duration down, std::vector<std::pair<unsigned, bool>> levels = {},
               std::optional<std::vector<Rule>> rules = {}) {
    auto memory = engine->memory();
    memory.boot = "boot";
    passed += down;
    engine = std::make_unique<Engine>("u");
    engine->remember(std::move(memory), same_boot ? "boot" : "other");
    for (auto const& [input, high] : levels) engine->set_input(input, high);
    out.perform.clear();
    load(rules.value_or(loaded));
    engine->start(now(), out);
    advance(0s);
  }
  /// The facts since the last look, one line each, with the reason of a skip.
  std::vector<std::string> said() {
    std::vector<std::string> words;
    for (auto const& fact : std::exchange(out.facts, {})) {
      auto const& rule = fact.firing->rule->name;
      switch (fact.kind) {
        case Fact::Kind::trigger:
          words.push_back(rule + " fires: " + fact.text);
          break;
        case Fact::Kind::skip:
          words.push_back(rule + " skips: " + fact.reason +
                          (fact.count > 1 ? " x" + std::to_string(fact.count) : ""));
          last_text = fact.text;
          break;
        case Fact::Kind::action:
          words.push_back(describe(*fact.action, names()));
          break;
        case Fact::Kind::result:
          if (!fact.text.empty()) last_text = fact.text;
          break;
        case Fact::Kind::end:
          words.push_back(rule + (fact.ok ? " ok" : " failed"));
          if (!fact.text.empty()) last_text = fact.text;
          break;
      }
    }
    return words;
  }
  RuleStatus status(std::string const& rule) const {
    for (auto const& s : engine->status(now().wall))
      if (s.name == rule) return s;
    ADD_FAILURE() << "no rule " << rule;
    return {};
  }

  Instant const noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};  // a Monday
  Duration passed{};
  Duration stepped{};  // what somebody set the wall clock by
  bool same_boot = true;
  std::string last_text;  // of the latest skip, result or end that said() has seen
  std::vector<Rule> loaded;
  std::unique_ptr<Engine> engine = std::make_unique<Engine>("t");
  Decisions out;
};

inline Action photo() {
  return {SnapshotAction{"door"}};
}
inline Rule rule(std::string name, std::vector<Trigger> triggers,
                 std::vector<Action> actions = {photo()}) {
  Rule r;
  r.name = std::move(name);
  r.triggers = std::move(triggers);
  r.actions = std::move(actions);
  return r;
}
inline Trigger input(InputTrigger trigger, std::string id = {}) {
  return {trigger, std::move(id)};
}
inline Trigger rising(unsigned number) {
  return {InputTrigger{.input = number}, ""};
}
inline Trigger falling(unsigned number) {
  return {InputTrigger{.input = number, .edge = InputTrigger::Edge::falling}, ""};
}
inline Trigger both(unsigned number) {
  return {InputTrigger{.input = number, .edge = InputTrigger::Edge::both}, ""};
}
inline Trigger held(unsigned number, Duration time) {
  return {InputTrigger{.input = number, .held = time}, ""};
}
inline Trigger cron(char const* pattern, Zone zone = {}) {
  return {CronTrigger{.pattern = *Cron::parse(pattern), .zone = zone}, ""};
}
inline Action pulse(Duration d) {
  RelayCommand c;
  c.duration = d;
  return {RelayAction{strike, c}};
}
inline Action delay(Duration d) {
  return {DelayAction{d}};
}
inline Action wait_for(std::vector<Trigger> triggers, std::optional<Duration> timeout = {}) {
  return {WaitForAction{std::move(triggers), timeout}};
}
inline Condition is(unsigned number, bool high, Duration time = {}) {
  return {InputCondition{number, high, time}, std::string{"input "} +
                                                  (number == door ? "front-door" : "window") +
                                                  " is " + (high ? "high" : "low")};
}

}  // namespace snapcron
