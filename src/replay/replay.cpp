#include "replay/replay.hpp"

#include "core/quantity.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

/// Jitter is that of a machine of its own, so that every machine simulates the same.
constexpr char const* machine = "simulated";
constexpr char const* boot = "simulated";

}  // namespace

Replay::Replay(Site const& site, Trace const& trace, Observer observer)
    : site_(site),
      trace_(trace),
      observer_(std::move(observer)),
      names_{.inputs = {}, .relays = {}, .zone = site.zone} {
  for (auto const& input : site.inputs) names_.inputs.emplace(input.number, input.name);
  for (auto const& relay : site.relays) names_.relays.emplace(relay.number, relay.name);
}

void Replay::run(Instant from, Instant until) {
  from_ = now_ = from;
  auto line = trace_.begin();
  for (; line != trace_.end() && line->at < from; ++line) {
    if (auto const* input = std::get_if<TraceInput>(&line->what))
      inputs_[input->input] = input->high;
    if (auto const* camera = std::get_if<TraceCamera>(&line->what)) {
      if (camera->online)
        offline_.erase(camera->camera);
      else
        offline_.insert(camera->camera);
    }
  }
  for (auto const& spec : site_.relays)
    relays_.try_emplace(spec.number, spec.initial, spec.max_on, now().steady);
  engine_.emplace("s" + std::to_string(++starts_), machine);
  start();
  for (;;) {
    auto const wake_at = next_wake();
    bool const line_first = line != trace_.end() && (!wake_at || line->at < *wake_at);
    Instant const at = line_first ? line->at : wake_at.value_or(Instant::max());
    if (at > until) return;
    go_to(at);
    if (line_first)
      happen(*line++);
    else
      wake();
  }
}

void Replay::go_to(Instant at) {
  now_ = std::max(now_, at);
}

void Replay::start() {
  for (auto const& [number, high] : inputs_) engine_->set_input(number, high);
  for (auto const& [number, relay] : relays_) engine_->set_relay(number, relay.on());
  engine_->configure(site_.rules, names_, now());
  engine_->start(now(), decisions_);
  settle();
}

// A clean stop and a start: pulses under way go on, other relays go to on_exit and then to their
// initial state.
void Replay::restart() {
  engine_->shutdown(now(), decisions_);
  settle();
  auto memory = engine_->memory();
  memory.boot = boot;
  for (auto const& spec : site_.relays) {
    auto& relay = relays_.at(spec.number);
    if (!relay.pulsing()) relay = Relay{spec.initial, spec.max_on, now().steady};
  }
  engine_.emplace("s" + std::to_string(++starts_), machine);
  engine_->remember(std::move(memory), boot);
  start();
}

std::optional<Instant> Replay::next_wake() const {
  std::optional<Instant> at = engine_->wakes_wall();
  auto const earlier = [&](std::optional<Steady> steady) {
    if (!steady) return;
    if (auto const wall = wall_of(*steady); !at || wall < *at) at = wall;
  };
  earlier(engine_->wakes_steady());
  for (auto const& [number, relay] : relays_) earlier(relay.wakes_at());
  return at;
}

void Replay::wake() {
  for (auto& [number, relay] : relays_) {
    bool const before = relay.on();
    relay.tick(now().steady);
    tell_relay(number, before);
  }
  engine_->tick(now(), decisions_);
  settle();
}

void Replay::happen(TraceLine const& line) {
  if (auto const* input = std::get_if<TraceInput>(&line.what)) {
    // Settled levels: the same level again is no edge.
    if (std::exchange(inputs_[input->input], input->high) != input->high)
      engine_->on_edge({input->input, input->high, now().steady}, now(), decisions_);
  } else if (auto const* camera = std::get_if<TraceCamera>(&line.what)) {
    bool const changed = camera->online ? offline_.erase(camera->camera) > 0
                                        : offline_.insert(camera->camera).second;
    if (changed) engine_->on_camera(camera->camera, camera->online, now(), decisions_);
  } else if (auto const* relay = std::get_if<TraceRelay>(&line.what)) {
    switch_relay(relay->relay,
                 {.kind = relay->on ? RelayCommand::Kind::on : RelayCommand::Kind::off});
  } else if (auto const* webhook = std::get_if<TraceWebhook>(&line.what)) {
    engine_->on_webhook(webhook->name, now(), decisions_);
  } else if (auto const* trigger = std::get_if<TraceTrigger>(&line.what)) {
    engine_->trigger(trigger->rule, now(), decisions_);
  } else {
    restart();
  }
  settle();
}

// Performs until nothing is left to decide, then tells the facts.
void Replay::settle() {
  // Performing appends to the same list.
  for (std::size_t i = 0; i < decisions_.perform.size(); ++i) {
    Perform const task = decisions_.perform[i];
    perform(task);
  }
  for (auto const& fact : decisions_.facts) observer_(fact, names_);
  decisions_.clear();
}

void Replay::perform(Perform const& task) {
  auto const end = [&](bool ok, std::string text) {
    engine_->ended(task.run, ok, std::move(text), now(), decisions_);
  };
  auto const* known = engine_->values(task.run);
  if (!known) return;
  TemplateValues values = *known;
  if (auto const* shot = std::get_if<SnapshotAction>(&task.action->what)) {
    if (offline_.contains(shot->camera))
      return end(false, "camera " + shot->camera + " is offline");
    values.camera = shot->camera;
    values.seq = task.seq;
    values.time = now_;
    auto const path = (shot->filename ? *shot->filename : site_.storage.filename).expand(values);
    engine_->took_picture(task.run, path);
    return end(true, path);
  }
  if (auto const* relay = std::get_if<RelayAction>(&task.action->what)) {
    switch_relay(relay->relay, relay->command);
    return end(true, {});
  }
  if (auto const* log = std::get_if<LogAction>(&task.action->what))
    return end(true, log->text.expand(values));
  if (auto const* http = std::get_if<HttpAction>(&task.action->what);
      http && http->wants_picture() && values.picture.empty())
    return end(false, "there is no picture in this run yet");
  end(true, {});
}

void Replay::switch_relay(unsigned number, RelayCommand const& command) {
  auto& relay = relays_.at(number);
  bool const before = relay.on();
  relay.command(command, now().steady);
  tell_relay(number, before);
}

void Replay::tell_relay(unsigned number, bool before) {
  bool const on = relays_.at(number).on();
  if (on != before) engine_->on_relay(number, on, now(), decisions_);
}

}  // namespace snapcron
