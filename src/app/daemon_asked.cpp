// The daemon's Controls: what the pages, the API and the command line ask of it.
#include "app/daemon.hpp"
#include "app/deliver_directly.hpp"
#include "app/series.hpp"
#include "app/systemd.hpp"
#include "app/write_file.hpp"
#include "async/offload.hpp"
#include "axis/script.hpp"
#include "config/load.hpp"
#include "config/source.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

constexpr unsigned relay_of_io_pages = 1;
constexpr char const* no_script = "there is no CRON script: the configuration has no axis_script";
constexpr Duration longest_buffer = std::chrono::minutes{10};

/// Of each destination, what is delivered from the disk and what is from memory.
void add(std::vector<DestinationStatus>& all, std::vector<DestinationStatus> const& memory) {
  for (auto const& more : memory) {
    auto const of = std::ranges::find(all, more.name, &DestinationStatus::name);
    if (of == all.end()) continue;
    of->waiting += more.waiting;
    of->set_aside += more.set_aside;
    of->delivered += more.delivered;
    of->given_up += more.given_up;
    if (of->state == DestinationStatus::State::unknown) of->state = more.state;
    if (of->error.empty()) of->error = more.error;
  }
}

}  // namespace

Status Daemon::status() const {
  Status s;
  s.zone = site_.zone;
  s.now = clock_.now().wall;
  s.started = started_.wall;
  s.version = SNAPCRON_VERSION;
  s.config_error = config_error_;
  s.inputs = inputs();
  s.relays = relays();
  s.cameras = pictures_.status();
  s.rules = engine_.status(s.now);
  s.pictures = pictures_taken_;
  s.destinations = destinations();
  if (auto const validity = server_.certificate())
    s.certificate = {validity->until, certificate_watch_.error()};
  return s;
}

std::vector<InputStatus> Daemon::inputs() const {
  std::vector<InputStatus> all;
  for (auto const& spec : site_.inputs)
    if (auto const* input = inputs_.find(spec.number))
      all.push_back({spec.number, spec.name, input->high(), inputs_.available(spec.number),
                     input->counters()});
  return all;
}

std::vector<RelayStatus> Daemon::relays() const {
  std::vector<RelayStatus> all;
  for (auto const& spec : site_.relays) {
    auto const switched = relay_switches_.find(spec.number);
    all.push_back({spec.number, spec.name, relays_.on(spec.number), relays_.available(spec.number),
                   switched == relay_switches_.end() ? 0 : switched->second, spec.max_on});
  }
  return all;
}

std::vector<DestinationStatus> Daemon::destinations() const {
  auto all = outbox_.status();
  if (auto* memory = rescue_.outbox()) add(all, memory->status());
  return all;
}

std::vector<InputReading> Daemon::readings(bool count) {
  std::vector<InputReading> all;
  all.reserve(site_.inputs.size());
  for (auto const& spec : site_.inputs)
    if (auto* input = inputs_.find(spec.number))
      all.push_back(count ? input->read() : input->peek());
  return all;
}

Result<void> Daemon::switch_relay(unsigned number, RelayCommand const& command) {
  auto const done = relays_.command(number, command);
  auto const spec = std::find_if(site_.relays.begin(), site_.relays.end(),
                                 [&](RelaySpec const& s) { return s.number == number; });
  auto const name = spec == site_.relays.end() ? std::to_string(number) : spec->name;
  log_.write(done ? Level::info : Level::error, "relay " + name + " " + describe(command) +
                                                    " by hand" +
                                                    (done ? "" : " failed: " + done.error().text));
  settle();
  return done;
}

asio::awaitable<Result<void>> Daemon::drive_input(unsigned number, InputDrive drive) {
  auto const spec = std::find_if(site_.inputs.begin(), site_.inputs.end(),
                                 [&](InputSpec const& s) { return s.number == number; });
  if (spec == site_.inputs.end())
    co_return Error{Fault::not_found, "there is no input " + std::to_string(number)};
  auto* const chip = board_.drivable(spec->line);
  if (chip == nullptr)
    co_return Error{Fault::refused,
                    "input " + spec->name + " is on the real chip '" + spec->line.chip +
                        "': only virtual inputs and those of the simulated chip (gpio: {chip: "
                        "sim}) can be driven"};
  if (drive.kind == InputDrive::Kind::pulse) {
    // As short as it is: one that is shorter than the debounce is nothing, as on a real line.
    if (auto const done = chip->drive(number, true); !done) co_return done.error();
    asio::steady_timer timer{loop_};
    timer.expires_after(drive.duration);
    co_await timer.async_wait(use_awaitable);
  }
  if (auto const done = chip->drive(number, drive.kind == InputDrive::Kind::high); !done)
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
  if (auto const fault = unknown_destination(site_, request.to)) {
    SnapshotReply refused;
    refused.capture_error = *fault;
    co_return refused;
  }
  std::optional<Error> relay_error;
  if (request.relay) {
    if (auto const done = switch_relay(relay_of_io_pages, *request.relay); !done)
      relay_error = done.error();
  }
  if (request.camera.empty() && !site_.cameras.empty()) request.camera = site_.cameras.front().name;
  TemplateValues values;
  values.time = clock_.now().wall;
  values.zone = site_.zone;
  values.event = engine_.new_event();
  PictureQuery series{.event = values.event, .newest = false};
  auto const head = "[" + values.event + "] snapshot " + request.camera + " by hand";
  // Not a coroutine itself: what it captures would be gone when it is resumed.
  SeriesObserver const seen = [this, &head, to = request.to](auto const& taken) {
    return taken_by_hand(head, to, taken);
  };
  auto reply = co_await take_series(pictures_, clock_, std::move(request), std::move(values), seen);
  reply.relay_error = std::move(relay_error);
  series.limit = static_cast<unsigned>(reply.paths.size());
  if (series.limit > 0)
    if (auto recorded = co_await outbox_.pictures(std::move(series)); recorded)
      reply.pictures = std::move(*recorded);
  co_return reply;
}

asio::awaitable<void> Daemon::taken_by_hand(std::string const& head,
                                            std::vector<std::string> const& to,
                                            Result<Pictures::Taken> const& taken) {
  if (!taken) {
    log_.write(Level::error, head + " failed: " + taken.error().text);
  } else if (taken->path.empty()) {
    log_.write(Level::info, head + ": handed over, not stored");
  } else {
    ++pictures_taken_;
    co_await record_picture(*taken, to);
    log_.write(Level::info, head + ": " + taken->path.string());
  }
}

/// "2" is the second one, unless one has that name.
std::string Daemon::camera_name(std::string const& asked) const {
  auto const named = [&](CameraSpec const& camera) { return camera.name == asked; };
  if (std::ranges::none_of(site_.cameras, named))
    for (std::size_t place = 0; place < site_.cameras.size(); ++place)
      if (asked == std::to_string(place + 1)) return site_.cameras[place].name;
  return asked;
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Daemon::look(LookRequest request) {
  request.camera = camera_name(request.camera);
  if (request.which == LookRequest::Which::stored)
    co_return co_await pictures_.last_stored(request.camera, request.fit);
  Pictures::Take take;
  take.camera = request.camera;
  take.store = false;
  take.fit = request.fit;
  if (request.which == LookRequest::Which::buffered) take.max_age = longest_buffer;
  auto taken = co_await pictures_.take(std::move(take));
  if (!taken) co_return taken.error();
  co_return taken->jpeg;
}

asio::awaitable<Result<PictureSize>> Daemon::picture_size(std::string camera) {
  Pictures::Take take;
  take.camera = camera_name(camera);
  take.store = false;
  auto const taken = co_await pictures_.take(std::move(take));
  if (!taken) co_return taken.error();
  co_return taken->size;
}

/// A script is written when the configuration is good with it, and before it is in force.
asio::awaitable<Result<std::string>> Daemon::load(std::optional<std::string> script) {
  notify_service_manager(
      "RELOADING=1\nMONOTONIC_USEC=" +
      std::to_string(clock_.now().steady.time_since_epoch() / std::chrono::microseconds{1}));
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const work = [file = site_.file, script] {
    auto loaded = load_site(file, script);
    Result<void> written;
    if (loaded.site && script) written = write_file(loaded.site->axis_script.string(), *script);
    return std::pair{std::move(loaded), std::move(written)};
  };
  auto [loaded, written] = co_await offload(workers_, work);
  std::string text;
  for (auto const& diagnostic : loaded.diagnostics) text += to_text(diagnostic);
  if (!written) {
    text += written.error().text + "\n";
  } else if (loaded.site) {
    auto const rules = loaded.site->rules.size();
    text += leave_for_the_next_start(*loaded.site);
    if (auto const applied = apply(std::move(*loaded.site)); applied) {
      config_error_.clear();
      news_.config();
      auto const said = "reloaded " + site_.file.string() + ": " + std::to_string(rules) + " rules";
      log_.write(Level::info, said);
      notify_service_manager("READY=1\nSTATUS=" + std::to_string(rules) + " rules");
      co_return text + said + "\n";
    } else {
      text += applied.error().text + "\n";
    }
  }
  if (!script) config_error_ = text;  // else what is on the disk is as good as it was
  news_.config();
  say_refused(text);
  co_return Error{Fault::invalid, text};
}

/// What a reload cannot change stays as it is, and is told: the folder holds what waits to be
/// delivered.
std::string Daemon::leave_for_the_next_start(Site& next) {
  std::string text;
  auto const leave = [&](char const* word, std::filesystem::path const& now,
                         std::filesystem::path& then) {
    if (now == then) return;
    auto const line = std::string{word} + " becomes " + then.string() +
                      " when the daemon is started again; until then it is " + now.string();
    log_.write(Level::warning, line);
    text += line + "\n";
    then = now;
  };
  leave("control_socket", site_.control_socket, next.control_socket);
  leave("storage.directory", site_.storage.directory, next.storage.directory);
  return text;
}

void Daemon::say_refused(std::string const& text) {
  log_.write(Level::error, "reload refused, the old configuration keeps running");
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    log_.write(Level::error, text.substr(begin, end - begin));
  notify_service_manager("READY=1\nSTATUS=reload refused, the old configuration keeps running");
}

asio::awaitable<Result<std::string>> Daemon::axis_script() {
  if (site_.axis_script.empty()) co_return Error{Fault::not_found, no_script};
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const read = [file = site_.axis_script]() -> Result<std::string> {
    auto text = read_regular_file(file, longest_axis_script);
    if (!text) return text.error();
    return std::move(text->text);
  };
  co_return co_await offload(workers_, read);
}

asio::awaitable<Result<std::string>> Daemon::set_axis_script(std::string script) {
  if (site_.axis_script.empty()) co_return Error{Fault::not_found, no_script};
  if (!site_.axis_upload)
    co_return Error{Fault::refused,
                    "the configuration does not allow that: axis_script has no 'upload: true'"};
  co_return co_await load(std::move(script));
}

Result<void> Daemon::step_relay(unsigned number, std::vector<LevelStep> steps) {
  // Of a first step that comes after this returned nobody asks.
  auto const first = std::make_shared<std::optional<Result<void>>>();
  auto perform = [this, number, first](LevelStep const& step, LevelStep const* then) {
    // On, and off again, is a pulse: the guard ends it, whatever becomes of us.
    bool const pulse = step.on && then != nullptr && !then->on;
    RelayCommand command{.kind = pulse     ? RelayCommand::Kind::pulse
                                 : step.on ? RelayCommand::Kind::on
                                           : RelayCommand::Kind::off};
    if (pulse) command.duration = then->wait;
    auto done = switch_relay(number, command);
    if (!*first) *first = std::move(done);
    return pulse;
  };
  relay_steps_.start(number, std::move(steps), std::move(perform));
  return first->value_or(Result<void>{});
}

Result<void> Daemon::step_input(unsigned number, std::vector<LevelStep> steps) {
  auto const spec = std::ranges::find(site_.inputs, number, &InputSpec::number);
  if (spec == site_.inputs.end() || spec->line.chip != virtual_chip)
    return Error{Fault::not_found, "there is no virtual input " + std::to_string(number)};
  input_steps_.start(number, std::move(steps), [this, number](LevelStep const& step, auto*) {
    (void)board_.drivable({virtual_chip, {}})->drive(number, step.on);
    return false;
  });
  return {};
}

asio::awaitable<Result<LineNews>> Daemon::line_news(std::uint64_t after, Duration wait) {
  return line_feed_.after(after, wait);
}

void Daemon::watch_certificate() {
  certificate_watch_.use(site_.http ? site_.http->tls : std::nullopt, server_.certificate());
}

void Daemon::certificate_renewed(TlsSpec renewed) {
  auto next = *site_.http;
  next.tls = std::move(renewed);
  if (auto const shown = server_.configure(next); !shown)
    return log_.write(Level::error, shown.error().text);
  site_.http = std::move(next);
  watch_certificate();
  log_.write(Level::info, "the certificate in " + site_.http->tls->certificate_file.string() +
                              " is a new one, good until " +
                              rfc3339(server_.certificate()->until, site_.zone, 0));
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
  watch_certificate();
  log_.set_zone(site_.zone);
  pictures_.configure(site_.zone, site_.cameras, site_.storage);
  outbox_.configure(site_.destinations);
  rescue_.configure(site_.destinations);
  cleanup_.configure(site_.storage.retention);
  configure_engine();
  settle();
  return {};
}

}  // namespace snapcron
