#include "core/runs.hpp"

#include "core/conditions.hpp"
#include "core/heap.hpp"
#include "core/quantity.hpp"
#include "core/trigger_text.hpp"

namespace snapcron {
namespace {

Fact fact_of(Fact::Kind kind, RunId run, std::shared_ptr<Firing const> firing, Moment now) {
  Fact fact;
  fact.kind = kind;
  fact.at = now;
  fact.firing = std::move(firing);
  fact.run = run;
  return fact;
}

Moment later(Moment now, Duration by) {
  return {now.steady + by, now.wall + by};
}

/// Does this happen to be what the trigger waits for? Inputs are the matchers' business.
bool is_awaited(Trigger const& trigger, Happening const& happening) {
  if (auto const* relay = std::get_if<RelayTrigger>(&happening.what)) {
    auto const* awaited = std::get_if<RelayTrigger>(&trigger.what);
    return awaited && awaited->relay == relay->relay &&
           (awaited->to == RelayTrigger::To::both || awaited->to == relay->to);
  }
  if (auto const* camera = std::get_if<CameraTrigger>(&happening.what)) {
    auto const* awaited = std::get_if<CameraTrigger>(&trigger.what);
    return awaited && *awaited == *camera;
  }
  if (auto const* webhook = std::get_if<WebhookTrigger>(&happening.what)) {
    auto const* awaited = std::get_if<WebhookTrigger>(&trigger.what);
    return awaited && *awaited == *webhook;
  }
  return false;
}

}  // namespace

RunId Runs::begin(std::shared_ptr<Firing const> firing, Moment now, Decisions& out) {
  RunId const id = ++last_;
  auto fact = fact_of(Fact::Kind::trigger, id, firing, now);
  fact.text = firing->cause;
  out.facts.push_back(std::move(fact));
  auto& run = runs_[id];
  run.values = firing->values;
  run.frames.push_back({&firing->rule->actions});
  run.firing = std::move(firing);
  advance(id, run, now, out);
  return id;
}

std::vector<Action> const* Runs::list_into(Action const& action, Into into) {
  if (into == Into::fallback) return &action.fallback;
  auto const* choice = std::get_if<IfAction>(&action.what);
  if (!choice) return nullptr;
  return into == Into::then ? &choice->then : &choice->otherwise;
}

// Leaves a list that is done; false when it was the rule's own.
bool Runs::leave_list(Run& run) {
  if (run.frames.size() == 1) return false;
  auto const left = run.frames.back();
  run.frames.pop_back();
  auto& below = run.frames.back();
  // What failed is mended when its fallback went well; a branch's failure belongs to the list that
  // it stands in.
  if (left.failed) (run.frames.size() == 1 ? run.failed : below.failed) = true;
  ++below.index;
  return true;
}

// Goes on from the run's present place until something takes time or is to be performed.
void Runs::advance(RunId id, Run& run, Moment now, Decisions& out) {
  for (;;) {
    while (run.frames.back().index >= run.frames.back().list->size())
      if (!leave_list(run)) return finish(id, !run.failed, {}, now, out);
    Action const& action = run.action();
    run.step_started = now.steady;
    auto fact = fact_of(Fact::Kind::action, id, run.firing, now);
    fact.action = &action;
    fact.seq = run.seq;
    if (auto const* log = std::get_if<LogAction>(&action.what))
      fact.text = log->text.expand(run.values);
    out.facts.push_back(std::move(fact));
    if (!begin_action(id, run, action, now, out)) return;
  }
}

// True when the action is over already.
bool Runs::begin_action(RunId id, Run& run, Action const& action, Moment now, Decisions& out) {
  auto const over = [&](std::string text) {
    tell_result(id, run, true, std::move(text), now, out);
  };
  if (auto const* delay = std::get_if<DelayAction>(&action.what)) {
    set_alarm(id, run, later(now, delay->duration));
    return false;
  }
  if (auto const* awaited = std::get_if<WaitForAction>(&action.what)) {
    wait(id, run, *awaited);
    if (awaited->timeout) set_alarm(id, run, later(now, *awaited->timeout));
    return false;
  }
  if (auto const* change = std::get_if<EnableAction>(&action.what)) {
    switches_.push_back(*change);
    over({});
    ++run.frames.back().index;
    return true;
  }
  if (auto const* choice = std::get_if<IfAction>(&action.what)) {
    auto const& values = run.values;
    auto const fails = what_fails(choice->conditions, {world_, now, now.wall, values.trigger});
    over(fails ? "else: " + *fails : "then");
    run.frames.push_back(
        {fails ? &choice->otherwise : &choice->then, 0, fails ? Into::otherwise : Into::then});
    return true;
  }
  out.perform.push_back({id, run.firing, &action, run.seq});
  return false;
}

void Runs::wait(RunId id, Run& run, WaitForAction const& action) {
  waits_.insert(id);
  run.matchers.clear();
  for (auto const& trigger : action.triggers)
    if (auto const* input = std::get_if<InputTrigger>(&trigger.what))
      run.matchers.emplace_back(*input);
}

void Runs::set_alarm(RunId id, Run& run, Moment at) {
  run.alarm = at;
  push_heap(alarms_, Alarm{at.steady, id});
}

void Runs::ended(RunId id, bool ok, std::string text, Moment now, Decisions& out) {
  auto const it = runs_.find(id);
  if (it == runs_.end()) return;
  Run& run = it->second;
  auto const* shots = std::get_if<SnapshotAction>(&run.action().what);
  if (!shots || run.seq >= shots->count) return complete(id, run, ok, std::move(text), now, out);
  // One picture of a series, and not the last.
  tell_result(id, run, ok, std::move(text), now, out);
  run.series_failed = run.series_failed || !ok;
  ++run.seq;
  Steady const next = run.step_started + shots->interval;
  if (next > now.steady) return set_alarm(id, run, later(now, next - now.steady));
  advance(id, run, now, out);
}

void Runs::tell_result(RunId id, Run const& run, bool ok, std::string text, Moment now,
                       Decisions& out) {
  auto fact = fact_of(Fact::Kind::result, id, run.firing, now);
  fact.action = &run.action();
  fact.seq = run.seq;
  fact.ok = ok;
  fact.text = std::move(text);
  out.facts.push_back(std::move(fact));
}

void Runs::complete(RunId id, Run& run, bool ok, std::string text, Moment now, Decisions& out) {
  Action const& action = run.action();
  waits_.erase(id);
  run.alarm.reset();
  run.matchers.clear();
  tell_result(id, run, ok, std::move(text), now, out);
  bool const failed = !ok || run.series_failed;
  run.seq = 1;
  run.series_failed = false;
  if (failed && !action.fallback.empty()) {
    run.frames.push_back({&action.fallback, 0, Into::fallback});
  } else {
    if (failed) (run.frames.size() == 1 ? run.failed : run.frames.back().failed) = true;
    ++run.frames.back().index;
  }
  advance(id, run, now, out);
}

void Runs::finish(RunId id, bool ok, std::string text, Moment now, Decisions& out) {
  auto const node = runs_.extract(id);
  waits_.erase(id);
  auto const& run = node.mapped();
  auto fact = fact_of(Fact::Kind::end, id, run.firing, now);
  fact.ok = ok;
  fact.text = std::move(text);
  out.facts.push_back(std::move(fact));
  ended_.push_back({id, run.firing->rule->name, ok});
}

void Runs::cancel(RunId id, std::string text, Moment now, Decisions& out) {
  if (!runs_.contains(id)) return;
  out.cancelled.push_back(id);
  std::erase_if(out.perform, [id](Perform const& p) { return p.run == id; });
  finish(id, false, std::move(text), now, out);
}

void Runs::tick(Moment now, Decisions& out) {
  while (!alarms_.empty() && alarms_.front().at <= now.steady) {
    auto const [at, id] = pop_heap(alarms_);
    auto const it = runs_.find(id);
    if (it == runs_.end()) continue;
    Run& run = it->second;
    bool held = false;
    for (auto& matcher : run.matchers) held = matcher.tick(now.steady) || held;
    if (held) {
      complete(id, run, true, "held", now, out);
      continue;
    }
    if (!run.alarm || run.alarm->steady > now.steady) continue;  // an alarm of an earlier step
    run.alarm.reset();
    Action const& action = run.action();
    if (std::holds_alternative<WaitForAction>(action.what)) {
      complete(id, run, false, "nothing came", now, out);
    } else if (std::holds_alternative<DelayAction>(action.what)) {
      complete(id, run, true, {}, now, out);
    } else {
      advance(id, run, now, out);  // the next picture of a series
    }
  }
}

void Runs::happened(Happening const& happening, RunId newest, Moment now, Decisions& out) {
  if (waits_.empty()) return;
  auto const waiting = waits_;
  for (RunId const id : waiting) {
    auto const it = runs_.find(id);
    if (id > newest || it == runs_.end()) continue;
    Run& run = it->second;
    auto const& triggers = std::get<WaitForAction>(run.action().what).triggers;
    bool came = false;
    if (auto const* edge = std::get_if<InputTrigger>(&happening.what)) {
      for (auto& matcher : run.matchers) {
        if (matcher.trigger().input != edge->input) continue;
        came = matcher.on_edge(edge->edge == InputTrigger::Edge::rising, happening.at) || came;
        if (auto const due = matcher.due()) push_heap(alarms_, Alarm{*due, id});
      }
    } else {
      for (auto const& trigger : triggers) came = came || is_awaited(trigger, happening);
    }
    if (came) complete(id, run, true, "it came", now, out);
  }
}

void Runs::on_level(unsigned input, bool high) {
  for (RunId const id : waits_)
    for (auto& matcher : runs_.at(id).matchers)
      if (matcher.trigger().input == input) matcher.on_level(high);
}

TemplateValues const* Runs::values(RunId id) const {
  auto const it = runs_.find(id);
  return it == runs_.end() ? nullptr : &it->second.values;
}

void Runs::took_picture(RunId id, std::string path) {
  if (auto const it = runs_.find(id); it != runs_.end())
    it->second.values.picture = std::move(path);
}

void Runs::replied(RunId id, std::map<std::string, std::string> reply) {
  if (auto const it = runs_.find(id); it != runs_.end()) it->second.values.reply = std::move(reply);
}

std::optional<Steady> Runs::wakes() const {
  if (alarms_.empty()) return std::nullopt;
  return alarms_.front().at;
}

}  // namespace snapcron
