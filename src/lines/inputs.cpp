#include "lines/inputs.hpp"

#include "core/quantity.hpp"
#include "lines/chip_watch.hpp"
#include "lines/request.hpp"
#include "lines/wake.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace snapcron {
namespace asio = boost::asio;
namespace {

constexpr std::size_t batch_size = 64;
/// The kernel's queue behind a line of libgpiod 1.x. A batch of that size means that it was full:
/// edges that came meanwhile are gone, the newest first.
constexpr std::size_t unnumbered_queue = 16;
/// After so many batches the loop gets a turn, however fast the edges come.
constexpr int batches_a_turn = 16;

bool same_request(InputSpec const& a, InputSpec const& b) {
  return a.number == b.number && a.line == b.line && a.bias == b.bias &&
         a.active_low == b.active_low && a.debounce == b.debounce;
}

Duration own_debounce(InputSpec const& spec, InputLine const& line) {
  return line.debounced() ? Duration::zero() : spec.debounce;
}

std::string how_debounced(InputSpec const& spec, InputLine const& line) {
  if (spec.debounce == Duration::zero()) return "no debounce";
  return "debounce " + to_text(spec.debounce) +
         (line.debounced() ? " by the kernel" : " by snapcron");
}

struct Found {
  std::unique_ptr<InputLine> line;
  bool high = false;
};

}  // namespace

struct Inputs::Loop : std::enable_shared_from_this<Loop> {
  /// One input. Shared with its wait, which may be queued already when the line is let go.
  struct Watch {
    Watch(asio::io_context& loop, InputSpec input_spec, Input state)
        : spec{std::move(input_spec)}, input{state}, readable{loop} {}

    InputSpec spec;
    Input input;
    std::unique_ptr<InputLine> line;  // null while it is missing
    asio::posix::stream_descriptor readable;
    unsigned generation = 0;  // of the line: tells a wait that its line has been replaced
    std::string description;
    std::string problem;  // why the line is missing, as told last
  };
  using WatchPtr = std::shared_ptr<Watch>;

  Loop(asio::io_context& io_context, Gpio& port, Clock const& time, InputListener& to)
      : loop{io_context},
        gpio{port},
        clock{time},
        listener{to},
        wake{io_context},
        chips{io_context, [this] { look_after(); }} {}

  WatchPtr find(unsigned number) const;
  Result<Found> request(InputSpec const& spec);
  void attach(WatchPtr const& watch, std::unique_ptr<InputLine> line);
  void detach(Watch& watch);
  void wait(WatchPtr const& watch);
  void drain(Watch& watch);
  void count_lost(Watch& watch, std::uint64_t lost, bool high_by_edges);
  void take_level(Watch& watch, bool high);
  void settle_due();
  void arm();
  void lose(Watch& watch, Error const& error);
  void look_after();
  void bring_back(WatchPtr const& watch);
  void take_back(std::vector<WatchPtr> const& let_go);
  void note_missing();

  asio::io_context& loop;
  Gpio& gpio;
  Clock const& clock;
  InputListener& listener;
  Wake wake;
  ChipWatch chips;
  std::vector<InputSpec> specs;
  std::vector<WatchPtr> watches;
  // Kept, so that an edge allocates nothing and clears no array.
  std::array<RawEdge, batch_size> edges;
  std::vector<InputEdge> settled;
  bool stopped = false;
};

Inputs::Loop::WatchPtr Inputs::Loop::find(unsigned number) const {
  for (auto const& watch : watches)
    if (watch->spec.number == number) return watch;
  return nullptr;
}

/// The level is read after edges are on: one that comes in between is told twice, never missed.
Result<Found> Inputs::Loop::request(InputSpec const& spec) {
  auto line = gpio.request_input(spec);
  if (!line) return line.error();
  auto const level = (*line)->level();
  if (!level) return level.error();
  return Found{std::move(*line), *level};
}

void Inputs::Loop::attach(WatchPtr const& watch, std::unique_ptr<InputLine> line) {
  watch->line = std::move(line);
  ++watch->generation;
  watch->problem.clear();
  watch->description = watch->line->describe();
  watch->input.set_debounce(own_debounce(watch->spec, *watch->line));
  // A duplicate: Asio and the line close one each.
  watch->readable.assign(::dup(watch->line->descriptor()));
  chips.add(gpio.device_of(watch->spec.line.chip));
  wait(watch);
}

void Inputs::Loop::detach(Watch& watch) {
  boost::system::error_code ignored;
  watch.readable.close(ignored);
  watch.line.reset();
}

void Inputs::Loop::wait(WatchPtr const& watch) {
  watch->readable.async_wait(asio::posix::descriptor_base::wait_read,
                             [self = shared_from_this(), watch,
                              generation = watch->generation](boost::system::error_code error) {
                               if (error || !watch->line || watch->generation != generation) return;
                               self->drain(*watch);
                               if (watch->line) self->wait(watch);
                             });
}

/// Reads what waits and tells the listener, a batch at a time, straight from here.
void Inputs::Loop::drain(Watch& watch) {
  bool const numbered = watch.line->numbered();
  auto const batch = std::span{edges}.first(numbered ? batch_size : unnumbered_queue);
  std::uint64_t lost = 0;
  bool full = false, high = watch.input.high();
  for (int turn = 0; turn < batches_a_turn; ++turn) {
    auto const count = watch.line->read(batch);
    if (!count) return lose(watch, count.error());
    auto const now = clock.now();
    settled.clear();
    for (auto const& edge : batch.first(*count)) {
      lost += edge.lost;
      high = edge.high;
      watch.input.edge(edge.high, edge.at, now, settled);
    }
    if (!settled.empty()) listener.on_edges(settled);
    if (*count < batch.size()) break;
    full = !numbered;
  }
  if (lost > 0 || full) count_lost(watch, lost, high);
  arm();
}

/// After a loss the level of the line is what counts, whatever the edges said.
void Inputs::Loop::count_lost(Watch& watch, std::uint64_t lost, bool high_by_edges) {
  auto const level = watch.line->level();
  if (!level) return lose(watch, level.error());
  if (lost == 0 && *level != high_by_edges) lost = 1;  // unnumbered: one at least
  settled.clear();
  watch.input.reread(watch.input.high(), lost, clock.now(), settled);
  listener.on_lost(watch.spec, lost);
  take_level(watch, *level);
}

/// A level that was read goes through our debounce, where there is one, like an edge.
void Inputs::Loop::take_level(Watch& watch, bool high) {
  auto const now = clock.now();
  settled.clear();
  watch.input.edge(high, now.steady, now, settled);
  if (!settled.empty()) listener.on_edges(settled);
}

void Inputs::Loop::settle_due() {
  if (stopped) return;
  settled.clear();
  auto const now = clock.now();
  for (auto const& watch : watches) watch->input.settle(now, settled);
  std::sort(settled.begin(), settled.end(),
            [](auto const& a, auto const& b) { return a.at < b.at; });
  if (!settled.empty()) listener.on_edges(settled);
  arm();
}

void Inputs::Loop::arm() {
  std::optional<Steady> earliest;
  for (auto const& watch : watches)
    if (auto const at = watch->input.settles_at(); at && (!earliest || *at < *earliest))
      earliest = at;
  wake.arm(earliest, clock, shared_from_this(), &Loop::settle_due);
}

void Inputs::Loop::lose(Watch& watch, Error const& error) {
  detach(watch);
  settled.clear();
  // What had not settled is dropped: the level is read again when the line is back.
  watch.input.reread(watch.input.high(), 0, clock.now(), settled);
  watch.problem = error.text;
  note_missing();
  listener.on_chip(watch.spec.line, false, error.text + "; waiting for it to come back");
}

/// Something happened in /dev, or it is time to try again.
void Inputs::Loop::look_after() {
  for (auto const& watch : watches)
    if (watch->line)
      if (auto const level = watch->line->level(); !level) lose(*watch, level.error());
  for (auto const& watch : watches)
    if (!watch->line) bring_back(watch);
  note_missing();
}

void Inputs::Loop::bring_back(WatchPtr const& watch) {
  auto found = request(watch->spec);
  if (found) {
    attach(watch, std::move(found->line));
    listener.on_chip(watch->spec.line, true,
                     "input " + watch->spec.name + " is back: " + watch->description);
    take_level(*watch, found->high);
    arm();
    return;
  }
  // That the chip is missing was told already; another reason (a permission, a holder) is news,
  // once.
  auto const& error = found.error();
  if (error.fault == Fault::not_found || error.fault == Fault::gone || watch->problem == error.text)
    return;
  watch->problem = error.text;
  listener.on_chip(watch->spec.line, false, error.text);
}

/// Undoes detach() for a reload that failed.
void Inputs::Loop::take_back(std::vector<WatchPtr> const& let_go) {
  for (auto const& watch : let_go) {
    auto found = request(watch->spec);
    if (!found) {
      lose(*watch, found.error());
      continue;
    }
    attach(watch, std::move(found->line));
    take_level(*watch, found->high);
  }
  arm();
}

void Inputs::Loop::note_missing() {
  chips.set_missing(
      std::any_of(watches.begin(), watches.end(), [](auto const& watch) { return !watch->line; }));
}

Inputs::Inputs(asio::io_context& loop, Gpio& gpio, Clock const& clock, InputListener& listener)
    : loop_{std::make_shared<Loop>(loop, gpio, clock, listener)} {}

Inputs::~Inputs() {
  stop();
}

Result<void> Inputs::configure(std::vector<InputSpec> const& specs) {
  auto& loop = *loop_;
  std::vector<Loop::WatchPtr> next(specs.size()), leaving;
  std::vector<InputSpec const*> fresh;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    auto old = loop.find(specs[i].number);
    if (old && same_request(old->spec, specs[i]))
      next[i] = std::move(old);
    else
      fresh.push_back(&specs[i]);
  }
  for (auto const& watch : loop.watches)
    if (watch->line && std::find(next.begin(), next.end(), watch) == next.end())
      leaving.push_back(watch);
  auto const let_go = [&] {
    for (auto const& watch : leaving) loop.detach(*watch);
  };
  auto found = request_lines<Found>(
      fresh, [&](InputSpec const& spec) { return loop.request(spec); }, let_go,
      [&] { loop.take_back(leaving); });
  if (!found) return found.error();

  let_go();
  auto const now = loop.clock.now();
  for (std::size_t i = 0, line = 0; i < specs.size(); ++i) {
    if (next[i]) {
      next[i]->spec = specs[i];
      continue;
    }
    auto& [handle, high] = (*found)[line++];
    auto const old = loop.find(specs[i].number);
    Input state = old ? old->input : Input{specs[i].number, high, now, Duration::zero()};
    loop.settled.clear();
    state.reread(high, 0, now, loop.settled);  // another line: its level is no edge
    next[i] = std::make_shared<Loop::Watch>(loop.loop, specs[i], state);
    loop.attach(next[i], std::move(handle));
  }
  loop.watches = std::move(next);
  loop.specs = specs;
  loop.note_missing();
  loop.arm();
  return {};
}

Input* Inputs::find(unsigned number) {
  auto const watch = loop_->find(number);
  return watch ? &watch->input : nullptr;
}

std::vector<InputSpec> const& Inputs::specs() const {
  return loop_->specs;
}

bool Inputs::available(unsigned number) const {
  auto const watch = loop_->find(number);
  return watch && watch->line;
}

std::vector<std::string> Inputs::describe() const {
  std::vector<std::string> lines;
  for (auto const& watch : loop_->watches) {
    auto text = "input " + std::to_string(watch->spec.number) + " " + watch->spec.name + ": ";
    if (watch->line)
      text += watch->description + ", " + how_debounced(watch->spec, *watch->line) +
              (watch->line->numbered() ? ", lost edges are counted"
                                       : ", lost edges are noticed but not counted (libgpiod 1)");
    else
      text += "missing: " + watch->problem;
    lines.push_back(std::move(text));
  }
  return lines;
}

void Inputs::stop() {
  auto& loop = *loop_;
  loop.stopped = true;
  loop.wake.cancel();
  loop.chips.stop();
  for (auto const& watch : loop.watches) loop.detach(*watch);
}

asio::awaitable<void> Inputs::settled(unsigned number) {
  auto const loop = loop_;
  if (auto const watch = loop->find(number); watch && watch->line) loop->drain(*watch);
  while (!loop->stopped) {
    auto const watch = loop->find(number);
    auto const at = watch ? watch->input.settles_at() : std::nullopt;
    if (!at) co_return;
    asio::steady_timer timer{loop->loop};
    timer.expires_after(std::max(*at - loop->clock.now().steady, Duration::zero()));
    co_await timer.async_wait(asio::use_awaitable);
    loop->settle_due();
  }
}

}  // namespace snapcron
