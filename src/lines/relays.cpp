#include "lines/relays.hpp"

#include "core/quantity.hpp"
#include "lines/chip_watch.hpp"
#include "lines/request.hpp"
#include "lines/wake.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace snapcron {
namespace asio = boost::asio;
namespace {

using Line = std::unique_ptr<OutputLine>;

bool same_request(RelaySpec const& a, RelaySpec const& b) {
  return a.number == b.number && a.line == b.line && a.active_low == b.active_low;
}

RelayCommand steady(bool on) {
  return {.kind = on ? RelayCommand::Kind::on : RelayCommand::Kind::off};
}

}  // namespace

struct Relays::Loop : std::enable_shared_from_this<Loop> {
  struct Held {
    RelaySpec spec;
    Relay relay;
    bool driven = false;  // what the line drives, or would if it were here
    Line line;            // null while it is missing
    std::string description;
    std::string problem;  // why the line is missing, as told last
  };
  using HeldPtr = std::shared_ptr<Held>;

  Loop(asio::io_context& io_context, Gpio& port, Clock const& time, Changed on_change,
       Problem on_problem)
      : loop{io_context},
        gpio{port},
        clock{time},
        changed{std::move(on_change)},
        problem{std::move(on_problem)},
        wake{io_context},
        finished{io_context},
        chips{io_context, [this] { look_after(); }} {}

  HeldPtr find(unsigned number) const;
  void attach(Held& held, Line line);
  Result<void> drive(Held& held);
  void tick_due();
  void arm();
  void lose(Held& held, Error const& error);
  void look_after();
  void bring_back(Held& held);
  void to_exit(Held& held);
  void note_missing();
  bool pulsing() const;

  asio::io_context& loop;
  Gpio& gpio;
  Clock const& clock;
  Changed changed;
  Problem problem;
  Wake wake;
  asio::steady_timer finished;  // cancelled when the last pulse ends
  ChipWatch chips;
  std::vector<RelaySpec> specs;
  std::vector<HeldPtr> relays;
  bool stopping = false, gone = false;
};

Relays::Loop::HeldPtr Relays::Loop::find(unsigned number) const {
  for (auto const& held : relays)
    if (held->spec.number == number) return held;
  return nullptr;
}

void Relays::Loop::attach(Held& held, Line line) {
  held.line = std::move(line);
  held.description = held.line->describe();
  held.problem.clear();
  chips.add(gpio.device_of(held.spec.line.chip));
}

/// Brings the line to what the relay should drive.
Result<void> Relays::Loop::drive(Held& held) {
  bool const on = held.relay.on();
  if (held.relay.take_cut_off())
    problem(held.spec, "relay " + held.spec.name + " was on for its max_on of " +
                           to_text(held.spec.max_on.value_or(Duration::zero())) + ": switched off");
  if (on == held.driven) return {};
  held.driven = on;
  auto done = held.line ? held.line->set(on) : Result<void>{};
  if (!done) lose(held, done.error());
  changed(held.spec.number, on);
  return done;
}

void Relays::Loop::tick_due() {
  if (gone) return;
  auto const now = clock.now().steady;
  for (auto const& held : relays) {
    auto const at = held->relay.wakes_at();
    if (!at || *at > now) continue;
    held->relay.tick(now);
    (void)drive(*held);  // a failure was told, and the line is tried again
    if (stopping && !held->relay.pulsing()) to_exit(*held);
  }
  if (stopping && !pulsing()) finished.cancel();
  arm();
}

void Relays::Loop::arm() {
  std::optional<Steady> earliest;
  for (auto const& held : relays)
    if (auto const at = held->relay.wakes_at(); at && (!earliest || *at < *earliest)) earliest = at;
  wake.arm(earliest, clock, shared_from_this(), &Loop::tick_due);
}

void Relays::Loop::lose(Held& held, Error const& error) {
  held.line.reset();
  held.problem = error.text;
  note_missing();
  problem(held.spec, error.text + "; waiting for it to come back");
}

/// Something happened in /dev, or it is time to try again.
void Relays::Loop::look_after() {
  for (auto const& held : relays)
    if (held->line)
      if (auto const there = held->line->set(held->driven); !there) lose(*held, there.error());
  for (auto const& held : relays)
    if (!held->line) bring_back(*held);
  note_missing();
}

void Relays::Loop::bring_back(Held& held) {
  auto line = gpio.request_output(held.spec, held.driven);
  if (line) {
    attach(held, std::move(*line));
    problem(held.spec, "relay " + held.spec.name + " is back, " + (held.driven ? "on: " : "off: ") +
                           held.description);
    return;
  }
  // That the chip is missing was told already; another reason (a permission, a holder) is news,
  // once.
  auto const& error = line.error();
  if (error.fault == Fault::not_found || error.fault == Fault::gone || held.problem == error.text)
    return;
  held.problem = error.text;
  problem(held.spec, error.text);
}

void Relays::Loop::to_exit(Held& held) {
  held.relay.command(steady(held.spec.on_exit), clock.now().steady);
  (void)drive(held);
}

void Relays::Loop::note_missing() {
  chips.set_missing(
      std::any_of(relays.begin(), relays.end(), [](auto const& held) { return !held->line; }));
}

bool Relays::Loop::pulsing() const {
  return std::any_of(relays.begin(), relays.end(),
                     [](auto const& held) { return held->relay.pulsing(); });
}

Relays::Relays(asio::io_context& loop, Gpio& gpio, Clock const& clock, Changed changed,
               Problem problem)
    : loop_{std::make_shared<Loop>(loop, gpio, clock, std::move(changed), std::move(problem))} {}

Relays::~Relays() {
  loop_->gone = true;
  loop_->wake.cancel();
  loop_->chips.stop();
  for (auto const& held : loop_->relays) held->line.reset();
}

Result<void> Relays::configure(std::vector<RelaySpec> const& specs) {
  auto& loop = *loop_;
  std::vector<Loop::HeldPtr> next(specs.size()), leaving;
  std::vector<RelaySpec const*> fresh;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    auto old = loop.find(specs[i].number);
    if (old && same_request(old->spec, specs[i]))
      next[i] = std::move(old);
    else
      fresh.push_back(&specs[i]);
  }
  for (auto const& held : loop.relays)
    if (std::find(next.begin(), next.end(), held) == next.end()) leaving.push_back(held);
  // The relay itself is left as it is, so that it can be taken back.
  auto const let_go = [&] {
    for (auto const& held : leaving) {
      if (held->line) (void)held->line->set(held->spec.on_exit);
      held->line.reset();
    }
  };
  auto lines = request_lines<Line>(
      fresh, [&](RelaySpec const& spec) { return loop.gpio.request_output(spec, spec.initial); },
      let_go,
      [&] {
        for (auto const& held : leaving) loop.bring_back(*held);
        loop.note_missing();
      });
  if (!lines) return lines.error();

  let_go();
  for (std::size_t i = 0, line = 0; i < specs.size(); ++i) {
    if (next[i]) {
      next[i]->spec = specs[i];
      next[i]->relay.set_max_on(specs[i].max_on);
      continue;
    }
    Relay relay{specs[i].initial, specs[i].max_on, loop.clock.now().steady};
    next[i] =
        std::make_shared<Loop::Held>(Loop::Held{specs[i], relay, specs[i].initial, {}, {}, {}});
    loop.attach(*next[i], std::move((*lines)[line++]));
  }
  loop.relays = std::move(next);
  loop.specs = specs;
  loop.stopping = false;
  loop.note_missing();
  loop.arm();
  return {};
}

void Relays::restore(std::vector<RelaySpec> const& specs, std::vector<RelayState> const& states) {
  auto& loop = *loop_;
  assert(loop.relays.empty() && specs.size() == states.size());
  auto const now = loop.clock.now().steady;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    Relay relay{states[i], specs[i].max_on};
    if (auto const at = relay.wakes_at(); at && *at <= now) relay.tick(now);
    auto held = std::make_shared<Loop::Held>(Loop::Held{specs[i], relay, relay.on(), {}, {}, {}});
    loop.relays.push_back(held);
    auto line = loop.gpio.request_output(specs[i], held->driven);
    if (line)
      loop.attach(*held, std::move(*line));
    else
      loop.lose(*held, line.error());
  }
  loop.specs = specs;
  loop.note_missing();
  loop.arm();
}

Result<void> Relays::command(unsigned number, RelayCommand const& command) {
  auto& loop = *loop_;
  auto const held = loop.find(number);
  if (!held) return Error{Fault::not_found, "there is no relay " + std::to_string(number)};
  if (loop.stopping)
    return Error{Fault::refused,
                 "relay " + held->spec.name + " is not switched any more: snapcron is ending"};
  auto const now = loop.clock.now().steady;
  bool const off = command.kind == RelayCommand::Kind::off;
  if (!held->line && !off) return Error{Fault::gone, held->problem};
  held->relay.command(command, now);
  bool const was_missing = !held->line;
  auto done = loop.drive(*held);
  if (was_missing) done = Error{Fault::gone, held->problem};
  if (!done && !was_missing) {
    // Nobody must find it switched on when the chip returns, long after the command failed.
    held->relay.command(steady(false), now);
    (void)loop.drive(*held);
  }
  loop.arm();
  return done;
}

bool Relays::on(unsigned number) const {
  auto const held = loop_->find(number);
  return held && held->relay.on();
}

bool Relays::available(unsigned number) const {
  auto const held = loop_->find(number);
  return held && held->line;
}

RelayState const& Relays::state(unsigned number) const {
  auto const held = loop_->find(number);
  assert(held);
  return held->relay.state();
}

bool Relays::pulsing() const {
  return loop_->pulsing();
}

std::vector<RelaySpec> const& Relays::specs() const {
  return loop_->specs;
}

std::vector<std::string> Relays::describe() const {
  std::vector<std::string> lines;
  for (auto const& held : loop_->relays)
    lines.push_back("relay " + std::to_string(held->spec.number) + " " + held->spec.name + ": " +
                    (held->line ? held->description : "missing: " + held->problem));
  return lines;
}

void Relays::stop() {
  auto& loop = *loop_;
  loop.stopping = true;
  for (auto const& held : loop.relays)
    if (!held->relay.pulsing()) loop.to_exit(*held);
}

asio::awaitable<void> Relays::finish(Duration at_most) {
  auto const loop = loop_;
  if (loop->pulsing()) {
    loop->finished.expires_after(at_most);
    boost::system::error_code ignored;
    co_await loop->finished.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  for (auto const& held : loop->relays) loop->to_exit(*held);
}

}  // namespace snapcron
