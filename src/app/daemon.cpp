#include "app/daemon.hpp"

#include "app/clock_sync.hpp"
#include "app/find_lost.hpp"
#include "app/machine.hpp"
#include "app/systemd.hpp"
#include "core/quantity.hpp"
#include "facts/memory_json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <map>
#include <random>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

/// How long rules that a clean stop fires may take.
constexpr auto longest_shutdown_rules = std::chrono::seconds{10};
/// How often cameras that rules watch are asked for a picture which nobody else wanted.
constexpr auto camera_watch = std::chrono::minutes{1};
/// How often the pictures are held against the storage's limits.
constexpr auto limits_watch = std::chrono::minutes{1};
constexpr auto sync_look = std::chrono::seconds{1};
constexpr auto loop_look = std::chrono::seconds{1};

/// Unique over restarts: the start time in base 36, and some chance, for a box without a battery
/// clock may start at the same time again.
std::string event_prefix(Instant start) {
  std::random_device chance;
  constexpr std::int64_t base = 36, chances = base * base * base;
  auto n = start.time_since_epoch() / std::chrono::seconds{1} * chances +
           std::uniform_int_distribution<std::int64_t>{0, chances - 1}(chance);
  std::string text;
  for (; n > 0; n /= base)
    text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[n % base]);
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
      engine_(event_prefix(started_.wall), machine_id()),
      relays_(
          loop_, board_, control_socket_, clock_,
          [this](unsigned relay, bool on) { relay_changed(relay, on); },
          [this](std::string const& text) { log_.write(Level::warning, text); }),
      inputs_(loop_, board_, clock_, *this),
      pictures_(loop_, clock_, site_.zone, site_.cameras, site_.storage),
      state_(site_.storage.directory),
      recorder_(loop_, state_,
                [this](bool ok, std::string const& text) {
                  log_.write(ok ? Level::info : Level::error, text);
                }),
      picture_recorder_(loop_, site_.storage.directory,
                        [this](bool ok, std::string const& text) {
                          log_.write(ok ? Level::info : Level::error, text);
                        }),
      outbox_(loop_, clock_, picture_recorder_, site_.storage.directory,
              {"/proc/self/exe", "deliver"},
              {.warn = [this](std::string const& text) { log_.write(Level::warning, text); },
               .happened = [this](Outbox::Happened const& what) { delivery_happened(what); },
               .recorded = [this] { news_.pictures(); },
               .changed = [this](std::string const& to) { news_.destination(to); }}),
      rescue_(loop_, clock_, control_socket_.string() + ".pictures", outbox_,
              {"/proc/self/exe", "deliver"},
              {.warn = [this](std::string const& text) { log_.write(Level::warning, text); },
               .happened = [this](Outbox::Happened const& what) { delivery_happened(what); },
               .recorded = [] {},  // it knows pictures for their deliveries only
               .changed = [this](std::string const& to) { news_.destination(to); }}),
      cleanup_(clock_, picture_recorder_, site_.storage.directory,
               [this](bool ok, std::string const& text) {
                 log_.write(ok ? Level::info : Level::error, text);
               }),
      transfers_(loop_),
      http_client_(transfers_),
      server_(loop_, *this, clock_, workers_),
      login_file_(loop_, workers_, site_.storage.directory / own_folder / "logins.json",
                  [this](std::string const& text) { log_.write(Level::warning, text); }),
      certificate_watch_(
          loop_, workers_, clock_,
          {.renewed = [this](TlsSpec renewed) { certificate_renewed(std::move(renewed)); },
           .warn = [this](std::string const& text) { log_.write(Level::warning, text); }}),
      timer_(loop_),
      calendar_(loop_),
      memory_timer_(loop_),
      actions_ended_(loop_) {
  pictures_.on_camera([this](std::string const& camera, bool ok, std::string const& text) {
    camera_changed(camera, ok, text);
  });
  server_.on_refused(
      [this](std::string const& from, bool limited) { login_refused(from, limited); });
  server_.on_logins([this](std::string text) { login_file_.write(std::move(text)); });
  recorder_.on_written([this] { news_.records(); });
  pictures_.on_full([this] { return cleanup_.make_room(); });
  pictures_.keep_in_memory(rescue_.folder(), [this] { return rescue_.has_room(); });
  cleanup_.configure(site_.storage.retention);
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
  server_.use(take_handed_over_sockets());
  if (auto const bound = server_.listen_unix(control_socket_); !bound) return bound.error();
  if (auto const had = relays_.configure(site_.relays); !had) return had.error();
  auto had = inputs_.configure(site_.inputs);
  if (had) had = server_.configure(site_.http);
  if (!had) {
    relays_.stop();
    return had.error();
  }
  recall();
  outbox_.start(site_.destinations);
  rescue_.start(site_.destinations);
  configure_engine();
  return {};
}

// Before the loop turns, so that a read may block.
void Daemon::recall() {
  auto const text = state_.memory();
  if (auto const notice = state_.take_notice(); !notice.empty()) log_.write(Level::warning, notice);
  if (!text) {
    log_.write(Level::error, text.error().text);
  } else if (*text) {
    if (auto memory = parse_memory(**text))
      engine_.remember(std::move(*memory), boot_id());
    else
      log_.write(Level::warning, memory.error().text);
  }
  server_.restore_logins(login_file_.read());
  if (site_.wait_for_sync && !clock_is_synchronised()) engine_.distrust_clock();
}

void Daemon::configure_engine() {
  Names names{
      .inputs = names_of(site_.inputs), .relays = names_of(site_.relays), .zone = site_.zone};
  journal_.set_names(names);
  for (auto const& spec : site_.inputs)
    if (auto const* input = inputs_.find(spec.number))
      engine_.set_input(spec.number, input->high());
  for (auto const& spec : site_.relays) engine_.set_relay(spec.number, relays_.on(spec.number));
  engine_.configure(site_.rules, std::move(names), clock_.now());
  if (cameras_are_asked() && !watching_cameras_) spawn(watch_cameras());
}

void Daemon::say_hello() {
  log_.write(Level::info, "snapcron " SNAPCRON_VERSION ", " + site_.file.string() + ": " +
                              std::to_string(site_.rules.size()) + " rules, time zone " +
                              site_.zone.name());
  for (auto const& line : inputs_.describe()) log_.write(Level::info, line);
  for (auto const& line : relays_.describe()) log_.write(Level::info, line);
  if (site_.http)
    log_.write(Level::info, (site_.http->tls ? "https://" : "http://") + server_.address() + "/");
}

void Daemon::run() {
  say_hello();
  watch_certificate();
  spawn(watch_signals());
  spawn(watch_calendar());
  spawn(keep_pictures());
  spawn(watch_loop());
  if (auto const period = watchdog_period()) spawn(feed_watchdog(*period));
  if (!engine_.clock_trusted()) {
    log_.write(Level::warning,
               "the clock is not synchronised: calendar rules wait for it, at most " +
                   to_text(*site_.wait_for_sync));
    spawn(await_synchronised_clock(*site_.wait_for_sync));
  }
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
  for (auto const& edge : edges) {
    engine_.on_edge(edge, now, decisions_);
    line_feed_.add({LineChange::Line::input, edge.input, edge.high});
    news_.input(edge.input);
  }
  settle();
}

void Daemon::on_lost(InputSpec const& input, std::uint64_t lost) {
  log_.write(Level::warning,
             "input " + input.name + ": " + (lost ? std::to_string(lost) : std::string{"some"}) +
                 " edges lost, the kernel's queue was full; the level was read again");
}

void Daemon::on_chip(LineName const&, bool available, std::string const& text) {
  log_.write(available ? Level::info : Level::error, text);
}

void Daemon::relay_changed(unsigned relay, bool on) {
  engine_.on_relay(relay, on, clock_.now(), decisions_);
  line_feed_.add({LineChange::Line::relay, relay, on});
  ++relay_switches_[relay];
  news_.relay(relay);
  settle();
}

void Daemon::camera_changed(std::string const& camera, bool ok, std::string const& text) {
  log_.write(ok ? Level::info : Level::error,
             "camera " + camera + (ok ? " is there" : " is lost: " + text));
  // The first good picture of a camera is no finding.
  bool const tell = ok ? lost_cameras_.erase(camera) > 0 : lost_cameras_.insert(camera).second;
  news_.camera(camera);
  if (tell) engine_.on_camera(camera, ok, clock_.now(), decisions_);
  settle();
}

bool Daemon::cameras_are_asked() const {
  return std::ranges::any_of(site_.rules, [](Rule const& rule) {
    return std::ranges::any_of(rule.triggers, [](Trigger const& t) {
      return std::holds_alternative<CameraTrigger>(t.what);
    });
  });
}

// A camera that nobody asks for a picture is not known to be lost: rules that wait for it have it
// asked.
asio::awaitable<void> Daemon::watch_cameras() {
  watching_cameras_ = true;
  asio::steady_timer timer{loop_};
  while (cameras_are_asked() && !stopping_) {
    timer.expires_after(camera_watch);
    co_await timer.async_wait(use_awaitable);
    std::set<std::string> asked;
    for (auto const& rule : site_.rules)
      for (auto const& trigger : rule.triggers)
        if (auto const* camera = std::get_if<CameraTrigger>(&trigger.what))
          asked.insert(camera->camera);
    auto const now = clock_.now().wall;
    for (auto const& camera : pictures_.status()) {
      bool const fresh = camera.state == CameraStatus::State::ok && camera.last &&
                         now - *camera.last < camera_watch;
      if (!asked.contains(camera.name) || fresh || stopping_) continue;
      Pictures::Take look;
      look.camera = camera.name;
      look.store = false;
      (void)co_await pictures_.take(std::move(look));
    }
  }
  watching_cameras_ = false;
}

asio::awaitable<void> Daemon::keep_pictures() {
  asio::steady_timer timer{loop_};
  FindLost const lost{.outbox = outbox_,
                      .recorder = picture_recorder_,
                      .workers = workers_,
                      .storage = site_.storage.directory,
                      .zone = site_.zone,
                      .clock = clock_,
                      .warn = [this](auto const& text) { log_.write(Level::warning, text); }};
  for (bool first = true; !stopping_; first = false) {
    co_await find_lost(lost);
    if (first) co_await find_unrecorded(lost);
    co_await cleanup_.sweep(engine_.clock_trusted());
    co_await rescue_.sweep();
    timer.expires_after(limits_watch);
    co_await timer.async_wait(use_awaitable);
  }
}

asio::awaitable<void> Daemon::await_synchronised_clock(Duration longest) {
  asio::steady_timer timer{loop_};
  auto const begin = clock_.now().steady;
  bool synchronised = false;
  while (!synchronised && clock_.now().steady - begin < longest) {
    timer.expires_after(std::min<Duration>(sync_look, longest));
    co_await timer.async_wait(use_awaitable);
    synchronised = clock_is_synchronised();
  }
  auto const now = clock_.now();
  log_.write(synchronised ? Level::info : Level::warning,
             synchronised
                 ? "the clock is synchronised: calendar rules begin"
                 : "the clock is still not synchronised: calendar rules begin all the same");
  engine_.trust_clock(now, now.steady - begin);
  engine_.tick(now, decisions_);
  settle();
}

// How late the loop comes to what is due, once a second.
asio::awaitable<void> Daemon::watch_loop() {
  asio::steady_timer timer{loop_};
  for (;;) {
    timer.expires_after(loop_look);
    co_await timer.async_wait(use_awaitable);
    measures_.loop_lag.add(std::chrono::steady_clock::now() - timer.expiry());
  }
}

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

// What a clean stop fires, while everything still works.
asio::awaitable<void> Daemon::perform_farewell() {
  engine_.shutdown(clock_.now(), decisions_);
  settle();
  auto const until = clock_.now().steady + longest_shutdown_rules;
  while (actions_under_way_ > 0 && clock_.now().steady < until) {
    actions_ended_.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(until));
    boost::system::error_code ended;
    co_await actions_ended_.async_wait(asio::redirect_error(use_awaitable, ended));
  }
}

asio::awaitable<void> Daemon::shut_down() {
  notify_service_manager("STOPPING=1");
  co_await perform_farewell();
  stopping_ = true;
  relay_steps_.stop();
  input_steps_.stop();
  remember();
  relays_.stop();
  server_.stop();
  certificate_watch_.stop();
  inputs_.stop();
  co_await pictures_.stop();
  co_await outbox_.stop();
  co_await rescue_.stop();
  co_await picture_recorder_.stop();
  co_await recorder_.stop();
  if (relays_.pulsing())
    log_.write(Level::info, "a relay pulse is under way: the relay guard ends it at its deadline");
}

asio::awaitable<void> Daemon::feed_watchdog(Duration period) {
  asio::steady_timer timer{loop_};
  for (;;) {
    notify_service_manager("WATCHDOG=1");
    timer.expires_after(period / 2);
    co_await timer.async_wait(use_awaitable);
  }
}

}  // namespace snapcron
