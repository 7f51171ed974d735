#include "guard/guarded_relays.hpp"

#include "guard/link.hpp"
#include "lines/wake.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace snapcron {
namespace asio = boost::asio;
using namespace guard;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace {

constexpr Duration longest_command = seconds{2};
constexpr Duration longest_configure = seconds{15};  // many lines, slow chips
constexpr Duration longest_end = seconds{1};
/// After this the guard is late with the end of a pulse or of max_on, and not to be relied on.
constexpr Duration late = milliseconds{500};
constexpr Duration retry_after = seconds{1};
constexpr int attempts = 3;

}  // namespace

struct GuardedRelays::Loop : std::enable_shared_from_this<Loop> {
  /// A relay as the guard told it last.
  struct Mirror {
    RelaySpec spec;
    Relay relay;
    bool available = false;
    std::string description;
  };

  Loop(asio::io_context& io_context, Gpio& port, std::filesystem::path const& control_socket,
       Clock const& time, Changed on_change, Problem on_problem, Start on_start)
      : loop{io_context},
        gpio{port},
        socket{socket_of(control_socket)},
        clock{time},
        changed{std::move(on_change)},
        problem{std::move(on_problem)},
        start{std::move(on_start)},
        overdue{io_context},
        retry{io_context} {}

  Mirror* find(unsigned number);
  void take(std::vector<Report> const& reports, std::vector<Standing> const& standings);
  Result<Answer> ask(Request const& request, Duration patience,
                     Link::Meanwhile const& meanwhile = {});

  Result<void> find_guard(bool with_relays);
  std::optional<Steady> switch_what_is_due();
  Result<void> start_guard();
  Result<void> revive(std::string const& why, std::function<void()> const& first = {});
  void try_again();
  void lost(std::string const& why);
  void watch();
  void read_reports();
  void arm();
  void look_for_late();

  asio::io_context& loop;
  Gpio& gpio;
  std::filesystem::path const socket;
  Clock const& clock;
  Changed changed;
  Problem problem;
  Start start;
  Wake overdue;
  asio::steady_timer retry;
  std::shared_ptr<Link> link;  // null while no guard can be had
  std::vector<RelaySpec> specs;
  std::vector<Mirror> relays;
  bool quiet = false;  // changes are not told: whoever causes them sees to it
  bool stopping = false, gone = false;
};

GuardedRelays::Loop::Mirror* GuardedRelays::Loop::find(unsigned number) {
  auto const it =
      std::ranges::find(relays, number, [](Mirror const& mirror) { return mirror.spec.number; });
  return it == relays.end() ? nullptr : &*it;
}

/// News first become the mirror, then known: who hears of them may command relays.
void GuardedRelays::Loop::take(std::vector<Report> const& reports,
                               std::vector<Standing> const& standings) {
  std::vector<std::pair<unsigned, bool>> changes;
  auto const set = [&](Standing const& standing) {
    auto* const mirror = find(standing.relay);
    if (!mirror) return;
    if (mirror->relay.on() != standing.state.on)
      changes.emplace_back(standing.relay, standing.state.on);
    mirror->relay = Relay{standing.state, mirror->spec.max_on};
    mirror->available = standing.available;
    mirror->description = standing.description;
  };
  for (auto const& report : reports) set(report.relay);
  for (auto const& standing : standings) set(standing);
  for (auto const& report : reports)
    if (!report.problem.empty()) problem(report.problem);
  if (quiet) return;
  for (auto const& [relay, on] : changes) changed(relay, on);
}

/// What the guard refuses is in the answer; an error is a guard that is no more.
Result<Answer> GuardedRelays::Loop::ask(Request const& request, Duration patience,
                                        Link::Meanwhile const& meanwhile) {
  std::vector<Report> reports;
  auto answer = link->ask(request, patience, reports, meanwhile);
  take(reports, answer ? answer->relays : std::vector<Standing>{});
  return answer;
}

/// A guard that lives, or else a new one.
Result<void> GuardedRelays::Loop::find_guard(bool with_relays) {
  auto living = Link::to_living(loop, socket);
  if (!living && living.error().fault != Fault::not_found) return living.error();
  if (!living && !with_relays) return {};
  if (!living) living = Link::to_new(loop, socket, start, {});
  if (!living) return living.error();
  link = std::move(*living);
  return {};
}

/// Without a guard: drives what is due by now, and says when the next is. A line that the new guard
/// has already is its own matter.
std::optional<Steady> GuardedRelays::Loop::switch_what_is_due() {
  std::optional<Steady> next;
  auto const now = clock.now().steady;
  for (auto& mirror : relays) {
    if (auto const at = mirror.relay.wakes_at(); at && *at <= now) {
      mirror.relay.tick(now);
      (void)gpio.request_output(mirror.spec, mirror.relay.on());
    }
    if (auto const at = mirror.relay.wakes_at(); at && (!next || *at < *next)) next = at;
  }
  return next;
}

/// Tries to start one that takes the relays up.
Result<void> GuardedRelays::Loop::start_guard() {
  auto const meanwhile = [this] { return switch_what_is_due(); };
  if (link) link->end_guard();
  link.reset();
  meanwhile();
  auto fresh = Link::to_new(loop, socket, start, meanwhile);
  if (!fresh) return fresh.error();
  link = std::move(*fresh);
  Configure wanted{specs, {}};
  for (auto const& mirror : relays) wanted.states.push_back(mirror.relay.state());
  auto const answer = ask(wanted, longest_configure, meanwhile);
  if (!answer) return answer.error();
  if (answer->error) return *answer->error;
  return {};
}

/// Puts a new guard in the place of one that has ended or must.
/// `first` is the command that the dead one did not answer.
Result<void> GuardedRelays::Loop::revive(std::string const& why,
                                         std::function<void()> const& first) {
  std::vector<std::pair<unsigned, bool>> before;
  for (auto const& mirror : relays) before.emplace_back(mirror.spec.number, mirror.relay.on());
  if (first) first();
  quiet = true;
  Result<void> done;
  for (int i = 0; i < attempts; ++i)
    if (done = start_guard(); done) break;
  quiet = false;
  if (done) {
    watch();
    arm();
    problem(why + "; process " + std::to_string(link->pid()) +
            " has taken up the relays as they stood");
  } else {
    if (link) link->end_guard();
    link.reset();
    for (auto& mirror : relays) {
      mirror.available = false;
      mirror.description = done.error().text;
    }
    problem(why + ", and no other can be had: " + done.error().text);
    try_again();
  }
  for (auto const& [number, was_on] : before)
    if (auto const* mirror = find(number); mirror && mirror->relay.on() != was_on)
      changed(number, mirror->relay.on());
  return done;
}

void GuardedRelays::Loop::try_again() {
  retry.expires_after(retry_after);
  retry.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->gone && !self->link) (void)self->revive("there is no relay guard");
  });
}

void GuardedRelays::Loop::lost(std::string const& why) {
  if (!stopping && !relays.empty()) return (void)revive(why);
  link.reset();
}

void GuardedRelays::Loop::watch() {
  link->wait([self = shared_from_this(), with = link](boost::system::error_code error) {
    if (error || self->gone || with != self->link) return;
    self->read_reports();
    if (with == self->link) self->watch();
  });
}

void GuardedRelays::Loop::read_reports() {
  for (auto const with = link; with == link;) {
    auto const report = with->next_report();
    if (!report) return lost(report.error().text);
    if (!*report) return arm();
    take({std::move(**report)}, {});
  }
}

void GuardedRelays::Loop::arm() {
  std::optional<Steady> earliest;
  for (auto const& mirror : relays)
    if (auto const at = mirror.relay.wakes_at(); at && (!earliest || *at < *earliest))
      earliest = at;
  if (earliest) overdue.arm(*earliest + late, clock, shared_from_this(), &Loop::look_for_late);
}

/// A guard that was stopped, or hangs, is as good as dead.
void GuardedRelays::Loop::look_for_late() {
  if (gone || stopping || !link) return;
  read_reports();
  if (!link) return;
  auto const now = clock.now().steady;
  for (auto const& mirror : relays) {
    auto const at = mirror.relay.wakes_at();
    if (!at || *at + late > now) continue;
    (void)revive("the relay guard (process " + std::to_string(link->pid()) +
                 ") did not switch relay " + mirror.spec.name + " in time");
    return;
  }
  arm();
}

GuardedRelays::GuardedRelays(asio::io_context& loop, Gpio& gpio,
                             std::filesystem::path const& control_socket, Clock const& clock,
                             Changed changed, Problem problem, Start start)
    : loop_{std::make_shared<Loop>(loop, gpio, control_socket, clock, std::move(changed),
                                   std::move(problem), std::move(start))} {
  if (!loop_->start)
    loop_->start = [control_socket](int listener) {
      return guard::start_guard(control_socket, listener);
    };
}

GuardedRelays::~GuardedRelays() {
  loop_->gone = true;
  loop_->link.reset();
  loop_->overdue.cancel();
  loop_->retry.cancel();
}

Result<void> GuardedRelays::configure(std::vector<RelaySpec> const& specs) {
  auto& loop = *loop_;
  Error last;
  for (int i = 0; i < attempts; ++i) {
    if (!loop.link) {
      auto const found = loop.relays.empty() ? loop.find_guard(!specs.empty())
                                             : loop.revive("there is no relay guard");
      if (!found) return found.error();
      if (!loop.link) return {};  // no relays, and no guard
    }
    bool const first = loop.relays.empty();
    loop.quiet = true;
    auto const answer = loop.ask(Configure{specs, {}}, longest_configure);
    loop.quiet = false;
    if (!answer) {
      last = answer.error();
      loop.link->end_guard();
      loop.link.reset();
      continue;
    }
    if (answer->error) {
      if (first) loop.link.reset();
      return *answer->error;
    }
    loop.specs = specs;
    loop.relays.clear();
    for (auto const& spec : specs)
      loop.relays.push_back({spec, Relay{RelayState{}, spec.max_on}, false, {}});
    loop.quiet = true;
    loop.take({}, answer->relays);
    loop.quiet = false;
    if (first) loop.watch();
    loop.arm();
    return {};
  }
  return last;
}

Result<void> GuardedRelays::command(unsigned number, RelayCommand const& command) {
  auto& loop = *loop_;
  auto* const mirror = loop.find(number);
  if (!mirror) return Error{Fault::not_found, "there is no relay " + std::to_string(number)};
  auto const name = mirror->spec.name;
  if (loop.stopping)
    return Error{Fault::refused, "relay " + name + " is not switched any more: snapcron is ending"};
  auto wanted = mirror->relay;
  wanted.command(command, loop.clock.now().steady);
  if (loop.link) {
    auto const answer = loop.ask(Switch{number, command}, longest_command);
    if (answer) {
      loop.arm();
      if (answer->error) return *answer->error;
      return {};
    }
    // The next guard is told what this one was to do.
    auto const revived =
        loop.revive(answer.error().text, [&] { loop.find(number)->relay = wanted; });
    if (!revived) return revived.error();
  } else {
    return Error{Fault::gone, "relay " + name + ": no guard holds it: " + mirror->description};
  }
  if (!available(number)) return Error{Fault::gone, loop.find(number)->description};
  if (command.kind == RelayCommand::Kind::pulse && !loop.find(number)->relay.pulsing())
    return Error{
        Fault::timed_out,
        "relay " + name + ": its guard has ended, and when the next was there the pulse was over"};
  return {};
}

bool GuardedRelays::on(unsigned number) const {
  auto const* mirror = loop_->find(number);
  return mirror && mirror->relay.on();
}

bool GuardedRelays::available(unsigned number) const {
  auto const* mirror = loop_->find(number);
  return mirror && mirror->available;
}

bool GuardedRelays::pulsing() const {
  return std::ranges::any_of(loop_->relays,
                             [](auto const& mirror) { return mirror.relay.pulsing(); });
}

std::vector<RelaySpec> const& GuardedRelays::specs() const {
  return loop_->specs;
}

std::vector<std::string> GuardedRelays::describe() const {
  std::vector<std::string> lines;
  for (auto const& mirror : loop_->relays) lines.push_back(mirror.description);
  if (loop_->link)
    lines.push_back("the relays are held by process " + std::to_string(loop_->link->pid()) +
                    ", the relay guard");
  return lines;
}

void GuardedRelays::stop() {
  auto& loop = *loop_;
  for (int i = 0; i < 2 && !loop.stopping; ++i) {
    if (!loop.link && (loop.relays.empty() || !loop.revive("there is no relay guard"))) break;
    if (auto const answer = loop.ask(Stop{}, longest_command); answer) {
      loop.stopping = true;
      if (!pulsing()) loop.link->wait_for_end(longest_end);
    } else {
      loop.link->end_guard();
      loop.link.reset();
    }
  }
  loop.stopping = true;
  loop.retry.cancel();
}

bool guard_answers(std::filesystem::path const& control_socket) {
  return guard::answers(socket_of(control_socket));
}

}  // namespace snapcron
