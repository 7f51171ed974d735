#include "app/daemon.hpp"

#include "app/systemd.hpp"
#include "core/quantity.hpp"
#include "process/child.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

/// Unique over restarts: the start time in base 36.
std::string event_prefix(Instant start) {
  auto n = std::chrono::duration_cast<std::chrono::seconds>(start.time_since_epoch()).count();
  std::string text;
  for (; n > 0; n /= 36) text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36]);
  return text;
}

template <class Spec>
std::map<unsigned, std::string> names_of(std::vector<Spec> const& specs) {
  std::map<unsigned, std::string> names;
  for (auto const& spec : specs) names.emplace(spec.number, spec.name);
  return names;
}

}  // namespace

Daemon::Daemon(Site site, std::filesystem::path control_socket)
    : site_(std::move(site)),
      control_socket_(std::move(control_socket)),
      started_(clock_.now()),
      log_(site_.zone),
      journal_(log_),
      board_(control_socket_),
      engine_(event_prefix(started_.wall)),
      relays_(loop_, board_, control_socket_, clock_, [this](unsigned relay, bool on) { relay_changed(relay, on); },
              [this](std::string const& text) { log_.write(Level::warning, text); }),
      inputs_(loop_, board_, clock_, *this),
      pictures_(loop_, clock_, site_.zone, site_.cameras, site_.storage),
      server_(loop_, *this, clock_, workers_),
      timer_(loop_),
      calendar_(loop_) {
  pictures_.on_camera([this](std::string const& camera, bool ok, std::string const& text) {
    log_.write(ok ? Level::info : Level::error, "camera " + camera + (ok ? " is there" : " is lost: " + text));
  });
}

Daemon::~Daemon() = default;

template <class Coroutine>
void Daemon::spawn(Coroutine coroutine) {
  asio::co_spawn(loop_, std::move(coroutine), [this](std::exception_ptr why) {
    if (!why || stopping_) return;
    broken_ = why;
    loop_.stop();
  });
}

Result<void> Daemon::start() {
  if (auto const bound = server_.listen_unix(control_socket_); !bound) return bound.error();
  if (auto const had = relays_.configure(site_.relays); !had) return had.error();
  auto had = inputs_.configure(site_.inputs);
  if (had) had = server_.configure(site_.http);
  if (!had) {
    relays_.stop();
    return had.error();
  }
  configure_engine();
  return {};
}

void Daemon::configure_engine() {
  auto relay_names = names_of(site_.relays);
  journal_.name_relays(relay_names);
  for (auto const& spec : site_.inputs)
    if (auto const* input = inputs_.find(spec.number)) engine_.set_input(spec.number, input->high());
  for (auto const& spec : site_.relays) engine_.set_relay(spec.number, relays_.on(spec.number));
  engine_.configure(site_.rules, names_of(site_.inputs), std::move(relay_names), clock_.now());
}

void Daemon::say_hello() {
  log_.write(Level::info, "snapcron " SNAPCRON_VERSION ", " + site_.file.string() + ": " +
                              std::to_string(site_.rules.size()) + " rules, time zone " + site_.zone.name());
  for (auto const& line : inputs_.describe()) log_.write(Level::info, line);
  for (auto const& line : relays_.describe()) log_.write(Level::info, line);
  if (site_.http) log_.write(Level::info, "http://" + server_.address() + "/");
}

void Daemon::run() {
  say_hello();
  spawn(watch_signals());
  spawn(watch_calendar());
  if (auto const period = watchdog_period()) spawn(feed_watchdog(*period));
  engine_.start(clock_.now(), decisions_);
  settle();
  notify_service_manager("READY=1\nSTATUS=" + std::to_string(site_.rules.size()) + " rules");
  loop_.run();
  if (broken_) std::rethrow_exception(broken_);
}

// ---- what happens outside ----

void Daemon::on_edges(std::span<InputEdge const> edges) {
  if (stopping_) return;
  Moment const now = clock_.now();
  for (auto const& edge : edges) engine_.on_edge(edge, now, decisions_);
  settle();
}

void Daemon::on_lost(InputSpec const& input, std::uint64_t lost) {
  log_.write(Level::warning, "input " + input.name + ": " + (lost ? std::to_string(lost) : std::string{"some"}) +
                                 " edges lost, the kernel's queue was full; the level was read again");
}

void Daemon::on_chip(LineName const&, bool available, std::string const& text) {
  log_.write(available ? Level::info : Level::error, text);
}

void Daemon::relay_changed(unsigned relay, bool on) { engine_.set_relay(relay, on); }

asio::awaitable<void> Daemon::watch_calendar() {
  for (;;) {
    auto const wake = co_await calendar_.wait();
    if (wake == WallTimer::Wake::clock_set) {
      log_.write(Level::warning, "the clock was set");
      engine_.clock_changed(clock_.now());
    }
    engine_.tick(clock_.now(), decisions_);
    settle();
  }
}

asio::awaitable<void> Daemon::watch_signals() {
  asio::signal_set signals{loop_, SIGTERM, SIGINT, SIGHUP};
  for (;;) {
    int const signal = co_await signals.async_wait(use_awaitable);
    if (signal != SIGHUP) break;
    co_await reload();
  }
  log_.write(Level::info, "stopping");
  co_await shut_down();
  loop_.stop();
}

asio::awaitable<void> Daemon::shut_down() {
  stopping_ = true;
  notify_service_manager("STOPPING=1");
  relays_.stop();
  server_.stop();
  inputs_.stop();
  co_await pictures_.stop();
  if (relays_.pulsing()) log_.write(Level::info, "a relay pulse is under way: the relay guard ends it at its deadline");
}

asio::awaitable<void> Daemon::feed_watchdog(Duration period) {
  asio::steady_timer timer{loop_};
  for (;;) {
    notify_service_manager("WATCHDOG=1");
    timer.expires_after(period / 2);
    co_await timer.async_wait(use_awaitable);
  }
}

// ---- decisions and their performance ----

void Daemon::settle() {
  if (settling_) return;  // the call further out goes on with what was added
  settling_ = true;
  // Performing may bring new decisions, which are appended: hence the index.
  for (std::size_t i = 0; i < decisions_.perform.size(); ++i) {
    Perform const task = decisions_.perform[i];
    perform(task);
  }
  for (auto const& fact : decisions_.facts) {
    journal_.tell(fact);
    if (fact.kind == Fact::Kind::end) newest_picture_.erase(fact.run);
  }
  decisions_.clear();
  settling_ = false;
  arm();
}

void Daemon::arm() {
  calendar_.arm(engine_.wakes_wall());
  auto const at = engine_.wakes_steady();
  if (!at) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(*at));
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled || stopping_) return;
    engine_.tick(clock_.now(), decisions_);
    settle();
  });
}

void Daemon::perform(Perform const& task) {
  struct Performer {
    Daemon& daemon;
    Perform const& task;
    void operator()(RelayAction const& a) const {
      auto const done = daemon.relays_.command(a.relay, a.command);
      daemon.end(task.run, done.has_value(), done ? std::string{} : done.error().text);
    }
    void operator()(LogAction const& a) const { daemon.end(task.run, true, a.text.expand(task.firing->values)); }
    void operator()(SnapshotAction const&) const { daemon.spawn(daemon.take_picture(task)); }
    void operator()(RunAction const&) const { daemon.spawn(daemon.run_program(task)); }
    void operator()(DelayAction const&) const {}  // the engine's own
  };
  std::visit(Performer{*this, task}, task.action->what);
}

void Daemon::end(RunId run, bool ok, std::string text) {
  engine_.ended(run, ok, std::move(text), clock_.now(), decisions_);
  settle();
}

asio::awaitable<void> Daemon::take_picture(Perform task) {
  auto const& action = std::get<SnapshotAction>(task.action->what);
  Pictures::Take take{.camera = action.camera, .filename = action.filename, .values = task.firing->values};
  take.values.seq = task.seq;
  auto const taken = co_await pictures_.take(std::move(take));
  if (!taken) {
    end(task.run, false, taken.error().text);
    co_return;
  }
  ++pictures_taken_;
  newest_picture_[task.run] = taken->path.string();
  end(task.run, true,
      taken->path.string() + " (" + to_text(std::chrono::ceil<std::chrono::milliseconds>(taken->took)) + ")" +
          (taken->warning.empty() ? "" : "; " + taken->warning));
}

asio::awaitable<void> Daemon::run_program(Perform task) {
  auto const& action = std::get<RunAction>(task.action->what);
  auto const& values = task.firing->values;
  ChildSpec child;
  for (auto const& word : action.argv) child.argv.push_back(word.expand(values));
  child.timeout = action.timeout;
  child.environment = {{"SNAPCRON_EVENT", values.event},     {"SNAPCRON_RULE", values.rule},
                       {"SNAPCRON_TRIGGER", values.trigger}, {"SNAPCRON_INPUT", values.input},
                       {"SNAPCRON_EDGE", values.edge},       {"SNAPCRON_TIME", rfc3339(values.time, site_.zone, 3)}};
  if (auto const it = newest_picture_.find(task.run); it != newest_picture_.end())
    child.environment.emplace_back("SNAPCRON_PICTURE", it->second);
  auto const result = co_await run_child(std::move(child));
  if (!result) {
    end(task.run, false, result.error().text);
    co_return;
  }
  auto const first_line = result->errors.substr(0, result->errors.find('\n'));
  auto const how = result->exit_code < 0 ? "ended by signal " + std::to_string(-result->exit_code)
                                         : "exit code " + std::to_string(result->exit_code);
  end(task.run, result->exit_code == 0,
      how + ", " + to_text(std::chrono::ceil<std::chrono::milliseconds>(result->took)) +
          (first_line.empty() ? "" : ": " + first_line));
}

}  // namespace snapcron
