// Runs over a restart: those in a delay or a wait go on where they were.
#include "core/runs.hpp"

#include "core/fact.hpp"

#include <algorithm>

namespace snapcron {

std::vector<Memory::Waiting> Runs::waiting() const {
  std::vector<Memory::Waiting> all;
  for (auto const& [id, run] : runs_) {
    auto const& action = run.action();
    bool const waits = std::holds_alternative<WaitForAction>(action.what);
    if (!waits && !std::holds_alternative<DelayAction>(action.what)) continue;
    Memory::Waiting one;
    one.rule = run.firing->rule->name;
    one.event = run.firing->event;
    one.cause = run.firing->cause;
    one.at = run.firing->at;
    auto const& v = run.values;
    for (auto const& [name, value] : {std::pair{"trigger", &v.trigger},
                                      {"input", &v.input},
                                      {"edge", &v.edge},
                                      {"state", &v.state},
                                      {"relay", &v.relay},
                                      {"picture", &v.picture}})
      if (!value->empty()) one.values.emplace(name, *value);
    for (auto const& frame : run.frames) {
      if (&frame != &run.frames.front()) one.path.push_back(static_cast<unsigned>(frame.into));
      one.path.push_back(static_cast<unsigned>(frame.index));
    }
    one.action = describe(action, {});
    one.until = run.alarm;
    one.failed = run.failed;
    all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.event < b.event; });
  return all;
}

std::optional<RunId> Runs::resume(Memory::Waiting const& waiting,
                                  std::shared_ptr<Firing const> firing, std::optional<Moment> until,
                                  Moment now) {
  // index, branch, index, branch, index
  if (waiting.path.size() % 2 == 0) return std::nullopt;
  std::vector<Frame> frames;
  std::vector<Action> const* list = &firing->rule->actions;
  Into into = Into::then;
  for (std::size_t i = 0; i < waiting.path.size(); ++i) {
    if (i % 2 == 0) {
      frames.push_back({list, waiting.path[i], into});
      if (waiting.path[i] >= list->size()) return std::nullopt;
      continue;
    }
    if (waiting.path[i] > static_cast<unsigned>(Into::fallback)) return std::nullopt;
    into = static_cast<Into>(waiting.path[i]);
    list = list_into(frames.back().list->at(frames.back().index), into);
    if (!list) return std::nullopt;
  }
  auto const& action = frames.back().list->at(frames.back().index);
  auto const* awaited = std::get_if<WaitForAction>(&action.what);
  if ((!awaited && !std::holds_alternative<DelayAction>(action.what)) ||
      describe(action, {}) != waiting.action)
    return std::nullopt;
  if (!awaited && !until) return std::nullopt;

  RunId const id = ++last_;
  Run& run = runs_[id];
  run.values = firing->values;
  run.frames = std::move(frames);
  run.failed = waiting.failed;
  run.step_started = now.steady;
  run.firing = std::move(firing);
  if (awaited) wait(id, run, *awaited);
  if (until) set_alarm(id, run, *until);
  return id;
}

}  // namespace snapcron
