#include "app/daemon.hpp"

#include "app/series.hpp"
#include "app/systemd.hpp"
#include "async/offload.hpp"
#include "config/load.hpp"
#include "core/quantity.hpp"
#include "process/child.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cctype>
#include <csignal>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

/// How long a clean stop waits for relay pulses to end at their deadline, and for captures under way.
constexpr auto longest_farewell = std::chrono::seconds{30};
constexpr unsigned relay_of_io_pages = 1;

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
      relays_(loop_, board_, clock_, [this](unsigned relay, bool on) { relay_changed(relay, on); },
              [this](RelaySpec const&, std::string const& text) { log_.write(Level::warning, text); }),
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
  if (auto const had = inputs_.configure(site_.inputs); !had) return had.error();
  if (auto const bound = server_.configure(site_.http); !bound) return bound.error();
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
  if (relays_.pulsing()) log_.write(Level::info, "waiting for a relay pulse to end");
  co_await relays_.finish(longest_farewell);
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

// ---- what is asked of us ----

Status Daemon::status() const {
  Status s;
  s.zone = site_.zone;
  s.now = clock_.now().wall;
  s.started = started_.wall;
  s.version = SNAPCRON_VERSION;
  s.config_error = config_error_;
  for (auto const& spec : site_.inputs) {
    auto const* input = inputs_.find(spec.number);
    if (input)
      s.inputs.push_back({spec.number, spec.name, input->high(), inputs_.available(spec.number), input->counters()});
  }
  for (auto const& spec : site_.relays)
    s.relays.push_back({spec.number, spec.name, relays_.on(spec.number), relays_.available(spec.number)});
  s.cameras = pictures_.status();
  s.rules = engine_.status();
  s.pictures = pictures_taken_;
  return s;
}

std::vector<InputReading> Daemon::readings(bool count) {
  std::vector<InputReading> all;
  all.reserve(site_.inputs.size());
  for (auto const& spec : site_.inputs)
    if (auto* input = inputs_.find(spec.number)) all.push_back(count ? input->read() : input->peek());
  return all;
}

Result<void> Daemon::switch_relay(unsigned number, RelayCommand const& command) {
  auto const done = relays_.command(number, command);
  log_.write(done ? Level::info : Level::error,
             "relay " + name_of(names_of(site_.relays), number) + " " + describe(command) + " by hand" +
                 (done ? "" : " failed: " + done.error().text));
  settle();
  return done;
}

asio::awaitable<Result<void>> Daemon::drive_input(unsigned number, InputDrive drive) {
  auto const spec = std::find_if(site_.inputs.begin(), site_.inputs.end(),
                                 [&](InputSpec const& s) { return s.number == number; });
  if (spec == site_.inputs.end())
    co_return Error{Fault::not_found, "there is no input " + std::to_string(number)};
  if (spec->line.chip != simulated_chip)
    co_return Error{Fault::refused, "input " + spec->name + " is on the real chip '" + spec->line.chip +
                                        "': only inputs of the simulated chip (gpio: {chip: sim}) can be driven"};
  if (drive.kind == InputDrive::Kind::pulse) {
    if (auto const done = board_.simulated().drive(number, true); !done) co_return done.error();
    co_await inputs_.settled(number);
    asio::steady_timer timer{loop_};
    timer.expires_after(drive.duration);
    co_await timer.async_wait(use_awaitable);
  }
  if (auto const done = board_.simulated().drive(number, drive.kind == InputDrive::Kind::high); !done)
    co_return done.error();
  co_await inputs_.settled(number);
  co_return Result<void>{};
}

Result<TriggerReply> Daemon::trigger(std::string const& rule) {
  if (stopping_) return Error{Fault::refused, "the daemon is stopping"};
  auto const fired = engine_.trigger(rule, clock_.now(), decisions_);
  if (!fired) return Error{Fault::not_found, "there is no rule '" + rule + "'"};
  TriggerReply reply{*fired, {}, {}};
  if (!*fired) {
    reply.reason = decisions_.facts.back().reason;
    reply.detail = decisions_.facts.back().text;
  }
  settle();
  return reply;
}

asio::awaitable<SnapshotReply> Daemon::snapshot(SnapshotRequest request) {
  std::optional<Error> relay_error;
  if (request.relay) {
    if (auto const done = switch_relay(relay_of_io_pages, *request.relay); !done) relay_error = done.error();
  }
  if (request.camera.empty() && !site_.cameras.empty()) request.camera = site_.cameras.front().name;
  TemplateValues values;
  values.time = clock_.now().wall;
  values.zone = site_.zone;
  values.event = event_prefix(started_.wall) + "-m" + std::to_string(++manual_);
  auto const head = "[" + values.event + "] snapshot " + request.camera + " by hand";
  auto reply = co_await take_series(
      pictures_, clock_, std::move(request), std::move(values), [this, &head](Result<std::string> const& taken) {
        if (!taken) return log_.write(Level::error, head + " failed: " + taken.error().text);
        if (!taken->empty()) ++pictures_taken_;
        log_.write(Level::info, head + ": " + (taken->empty() ? std::string{"handed over, not stored"} : *taken));
      });
  reply.relay_error = std::move(relay_error);
  co_return reply;
}

asio::awaitable<Result<std::string>> Daemon::reload() {
  notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" +
                         std::to_string(clock_.now().steady.time_since_epoch() / std::chrono::microseconds{1}));
  auto loaded = co_await offload(workers_, [file = site_.file] { return load_site(file); });
  std::string text;
  for (auto const& diagnostic : loaded.diagnostics) text += to_text(diagnostic);
  if (loaded.site) {
    auto const rules = loaded.site->rules.size();
    if (auto const applied = apply(std::move(*loaded.site)); applied) {
      config_error_.clear();
      auto const said = "reloaded " + site_.file.string() + ": " + std::to_string(rules) + " rules";
      log_.write(Level::info, said);
      notify_service_manager("READY=1\nSTATUS=" + std::to_string(rules) + " rules");
      co_return text + said + "\n";
    } else {
      text += applied.error().text + "\n";
    }
  }
  config_error_ = text;
  log_.write(Level::error, "reload refused, the old configuration keeps running");
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    log_.write(Level::error, text.substr(begin, end - begin));
  notify_service_manager("READY=1\nSTATUS=reload refused, the old configuration keeps running");
  co_return Error{Fault::invalid, text};
}

/// Puts a checked configuration in place of the present one, or leaves all as it was.
Result<void> Daemon::apply(Site next) {
  if (auto const had = relays_.configure(next.relays); !had) return had.error();
  if (auto const had = inputs_.configure(next.inputs); !had) {
    (void)relays_.configure(site_.relays);
    return had.error();
  }
  if (auto const bound = server_.configure(next.http); !bound) {
    (void)inputs_.configure(site_.inputs);
    (void)relays_.configure(site_.relays);
    return bound.error();
  }
  site_ = std::move(next);
  log_.set_zone(site_.zone);
  pictures_.configure(site_.zone, site_.cameras, site_.storage);
  configure_engine();
  settle();
  return {};
}

}  // namespace snapcron
