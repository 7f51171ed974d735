#include "capture/pictures.hpp"

#include "capture/keeper.hpp"
#include "capture/picture_facts.hpp"
#include "capture/slot.hpp"
#include "capture/sources.hpp"
#include "core/printable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiters = 32;
/// How long a frame of a window that is over may still be under way.
constexpr Duration frame_under_way = std::chrono::seconds{2};

Error stopping_error() {
  return {Fault::refused, "no picture is taken any more: the program is ending"};
}

}  // namespace

struct Pictures::State : std::enable_shared_from_this<State> {
  State(asio::io_context& l, Clock const& c)
      : loop(l), clock(c), keeper(l), multi(l), stop_grabs(l, forever), finished(l, forever) {}

  static constexpr auto forever = asio::steady_timer::time_point::max();

  /// Counts a capture as long as it is under way.
  struct Active {
    State& state;
    explicit Active(State& s) : state(s) { ++state.active; }
    Active(Active const&) = delete;
    Active& operator=(Active const&) = delete;
    ~Active() {
      if (--state.active == 0) state.finished.cancel();
    }
  };

  struct Attempt {
    Result<Taken> taken;
    bool camera_ok;  // the camera gave a picture; an error is the disk's
  };

  void configure(Zone zone, std::vector<CameraSpec> const& cameras, StorageSpec const& storage);
  std::shared_ptr<Slot> make_slot(CameraSpec const& spec);
  void start(std::shared_ptr<Slot> const& slot);
  Result<std::shared_ptr<Slot>> find(std::string const& camera) const;
  void note(Slot& slot, std::optional<Error> const& lost);
  void count(Slot& slot, Result<Taken> const& taken) const;

  /// Hold the state for as long as they run, whatever becomes of the Pictures.
  static asio::awaitable<Result<Taken>> run(std::shared_ptr<State> self, Take request) {
    co_return co_await self->take(std::move(request));
  }
  static asio::awaitable<Result<Series>> run_around(std::shared_ptr<State> self, Take request,
                                                    Around around, OnPicture on_picture) {
    co_return co_await self->take_around(std::move(request), around, on_picture);
  }
  static asio::awaitable<Result<std::shared_ptr<std::string const>>> run_last_stored(
      std::shared_ptr<State> self, std::string camera, PictureFit fit) {
    co_return co_await self->last_stored(std::move(camera), fit);
  }
  static asio::awaitable<void> stop(std::shared_ptr<State> self);
  void end();

  asio::awaitable<Result<Taken>> take(Take request);
  asio::awaitable<Attempt> take_cold(Slot& slot, Take& request);
  asio::awaitable<Attempt> take_warm(Slot& slot, Take& request);
  asio::awaitable<Result<Series>> take_around(Take request, Around around,
                                              OnPicture const& on_picture);
  asio::awaitable<Result<std::shared_ptr<std::string const>>> last_stored(std::string camera,
                                                                          PictureFit fit);
  asio::awaitable<Result<Frame>> grab(Slot& slot);
  asio::awaitable<Attempt> keep(Slot& slot, Take& request, Frame frame);
  asio::awaitable<bool> keep_one(Slot& slot, Take& request, Frame frame, Series& series,
                                 OnPicture const& on_picture);

  asio::io_context& loop;
  Clock const& clock;
  Zone zone;
  StorageSpec storage;
  Keeper keeper;
  Multi multi;
  std::vector<std::shared_ptr<Slot>> slots;  // after what their cameras use
  OnCamera listener;
  MakeRoom make_room;
  asio::steady_timer stop_grabs, finished;  // cancelled when that has come
  std::size_t active = 0;
  bool stopping = false;  // nothing new begins
};

void Pictures::State::configure(Zone new_zone, std::vector<CameraSpec> const& cameras,
                                StorageSpec const& new_storage) {
  keeper.use(new_storage.directory);
  bool const same_zone = zone == new_zone;
  zone = std::move(new_zone);
  storage = new_storage;
  std::vector<std::shared_ptr<Slot>> next;
  next.reserve(cameras.size());
  for (auto const& spec : cameras) {
    auto const old =
        std::ranges::find(slots, spec.name, [](auto const& s) { return s->spec.name; });
    bool const draws_time = std::holds_alternative<TestPatternCamera>(spec.source);
    if (old != slots.end() && (*old)->spec == spec && (same_zone || !draws_time)) {
      next.push_back(*old);
      continue;
    }
    auto slot = make_slot(spec);
    if (old != slots.end()) {
      auto const& before = (*old)->status;
      slot->status.last = before.last;
      slot->status.taken = before.taken;
      slot->status.failed = before.failed;
    }
    next.push_back(std::move(slot));
  }
  slots.swap(next);
  for (auto const& slot : next)
    if (slot->warm && std::ranges::find(slots, slot) == slots.end()) slot->warm->stop();
  for (auto const& slot : slots)
    if (slot->warm && std::ranges::find(next, slot) == next.end()) start(slot);
}

std::shared_ptr<Slot> Pictures::State::make_slot(CameraSpec const& spec) {
  Sources const sources{keeper.workers(), multi, clock};
  auto slot = std::make_shared<Slot>(spec);
  if (spec.buffer)
    slot->warm = std::make_shared<WarmCamera>(loop, clock, spec,
                                              sources.stream(spec, zone, spec.buffer->fps));
  else
    slot->camera = sources.camera(spec, zone);
  slot->turns = std::make_shared<Turns>(loop, most_waiters);
  return slot;
}

/// The camera runs from now on; it counts as under way, so that stop() waits for its end.
void Pictures::State::start(std::shared_ptr<Slot> const& slot) {
  auto ended = [self = shared_from_this(), active = std::make_shared<Active>(*this)]() mutable {
    active.reset();
  };
  auto changed = [weak = weak_from_this(), weak_slot = std::weak_ptr{slot}](auto const& lost) {
    auto const self = weak.lock();
    auto const changed_slot = weak_slot.lock();
    if (self && changed_slot) self->note(*changed_slot, lost);
  };
  slot->warm->start(std::move(changed), std::move(ended));
}

Result<std::shared_ptr<Slot>> Pictures::State::find(std::string const& camera) const {
  if (slots.empty())
    return Error{Fault::not_found, "no picture can be taken: no camera is configured (cameras:)"};
  if (camera.empty()) return slots.front();
  std::string names;
  for (auto const& slot : slots) {
    if (slot->spec.name == camera) return slot;
    names += (names.empty() ? "" : ", ") + slot->spec.name;
  }
  return Error{Fault::not_found,
               "there is no camera " + snapcron::quoted(camera) + " (there is: " + names + ")"};
}

void Pictures::State::note(Slot& slot, std::optional<Error> const& lost) {
  auto const before = slot.status.state;
  slot.status.state = lost ? CameraStatus::State::lost : CameraStatus::State::ok;
  slot.status.error = lost ? lost->text : "";
  bool const configured =
      std::ranges::any_of(slots, [&](auto const& current) { return current.get() == &slot; });
  if (slot.status.state != before && configured && listener)
    listener(slot.spec.name, !lost, slot.status.error);
}

void Pictures::State::count(Slot& slot, Result<Taken> const& taken) const {
  if (!stopping) ++(taken ? slot.status.taken : slot.status.failed);
}

asio::awaitable<Result<Pictures::Taken>> Pictures::State::take(Take request) {
  auto const begun = clock.now();
  if (stopping) co_return stopping_error();
  auto const found = find(request.camera);
  if (!found) co_return found.error();
  auto const slot = *found;
  Active const under_way{*this};
  if (!request.edge) request.edge = begun;
  Attempt result{stopping_error(), false};
  if (slot->warm)
    result = co_await take_warm(*slot, request);
  else
    result = co_await take_cold(*slot, request);
  count(*slot, result.taken);
  if (result.taken) result.taken->took = clock.now().steady - begun.steady;
  co_return std::move(result.taken);
}

asio::awaitable<Pictures::State::Attempt> Pictures::State::take_cold(Slot& slot, Take& request) {
  auto const turn = co_await slot.turns->take();
  if (stopping) co_return Attempt{stopping_error(), false};
  if (!turn)
    co_return Attempt{
        Error{Fault::busy, slot.who() + std::to_string(most_waiters) +
                               " captures wait for it already; it is too slow for so many"},
        true};

  auto const grabbed = clock.now().steady;
  Attempt result{stopping_error(), false};
  std::optional<Error> frozen;
  for (int attempts = 0; attempts < 2; ++attempts) {
    auto frame = co_await grab(slot);
    if (frame) frozen = slot.frozen.look(*frame);
    if (frame)
      result = co_await keep(slot, request, std::move(*frame));
    else
      result = {frame.error(), false};
    // A broken body may be one that the camera was just overwriting: the next is mostly whole.
    bool const broken = !result.camera_ok && result.taken.error().fault == Fault::bad_picture;
    bool const time_left = 2 * (clock.now().steady - grabbed) < slot.spec.timeout;
    if (!broken || !time_left || std::holds_alternative<CommandCamera>(slot.spec.source)) break;
    if (stopping) break;
  }
  if (!result.camera_ok && stopping) co_return Attempt{stopping_error(), false};
  if (frozen) frozen = slot.failed(*frozen);
  note(slot, result.camera_ok ? frozen : std::optional{result.taken.error()});
  co_return result;
}

/// The stream tells whether the camera is there; one broken frame does not.
asio::awaitable<Pictures::State::Attempt> Pictures::State::take_warm(Slot& slot, Take& request) {
  auto& warm = *slot.warm;
  auto const begun = clock.now().steady;
  auto const until = begun + slot.spec.timeout;
  auto from = begun - request.max_age.value_or(Duration{});
  Attempt result{stopping_error(), false};
  for (int attempts = 0; attempts < 2; ++attempts) {
    auto frame = warm.frames().newest();
    if (!request.max_age || !frame || frame->captured.steady < from)
      frame = co_await warm.next(from, until);
    if (stopping) co_return Attempt{stopping_error(), false};
    if (!frame) co_return Attempt{slot.no_frame(), false};
    from = frame->captured.steady + Duration{1};
    result = co_await keep(slot, request, std::move(*frame));
    if (result.camera_ok) break;
  }
  co_return result;
}

asio::awaitable<Result<Pictures::Series>> Pictures::State::take_around(
    Take request, Around around, OnPicture const& on_picture) {
  if (stopping) co_return stopping_error();
  auto const found = find(request.camera);
  if (!found) co_return found.error();
  auto const slot = *found;
  if (!slot->warm) co_return Error{Fault::invalid, slot->who() + "it has no buffer"};
  Active const under_way{*this};
  request.edge = around.edge;
  Series series;
  // Frames that are kept are held: the ring lets go of them while earlier ones are being written.
  auto const edge = around.edge.steady;
  std::vector<Frame> frames;
  if (around.before > Duration::zero())
    frames = slot->warm->frames().before(edge, around.before, around.interval);
  bool wanted = true;
  for (auto frame = frames.begin(); wanted && frame != frames.end(); ++frame)
    wanted = co_await keep_one(*slot, request, std::move(*frame), series, on_picture);

  auto const end = edge + around.after;
  auto from = edge + Duration{1};
  bool first = true;
  wanted = wanted && around.after > Duration::zero();
  while (wanted && !stopping && (first || from <= end)) {
    auto const patience =
        first ? slot->spec.timeout : std::min(slot->spec.timeout, frame_under_way);
    auto frame = co_await slot->warm->next(from, end + patience);
    if (!frame || (!first && frame->captured.steady > end)) break;
    first = false;
    from = frame->captured.steady + around.interval;
    wanted = co_await keep_one(*slot, request, std::move(*frame), series, on_picture);
  }
  if (series.pictures > 0) co_return series;
  if (stopping) co_return stopping_error();
  if (!series.trouble) ++slot->status.failed;
  co_return series.trouble ? *series.trouble : slot->no_frame();
}

/// False: no more are wanted.
asio::awaitable<bool> Pictures::State::keep_one(Slot& slot, Take& request, Frame frame,
                                                Series& series, OnPicture const& on_picture) {
  auto const begun = clock.now().steady;
  request.values.seq = series.pictures + 1;
  auto kept = co_await keep(slot, request, std::move(frame));
  count(slot, kept.taken);
  if (!kept.taken) {
    if (!series.trouble) series.trouble = kept.taken.error();
    co_return true;
  }
  ++series.pictures;
  kept.taken->took = clock.now().steady - begun;
  co_return co_await on_picture(std::move(*kept.taken));
}

/// Ends when the program does, too.
asio::awaitable<Result<Frame>> Pictures::State::grab(Slot& slot) {
  auto [order, failure, frame, stopped] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(loop, slot.camera->grab(), asio::deferred),
          stop_grabs.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (stopping) co_return stopping_error();
  if (failure) std::rethrow_exception(failure);
  co_return std::move(frame);
}

asio::awaitable<Pictures::State::Attempt> Pictures::State::keep(Slot& slot, Take& request,
                                                                Frame frame) {
  std::optional<Keeper::File> file;
  auto& values = request.values;
  values.time = frame.captured.wall;
  values.zone = zone;
  values.camera = slot.spec.name;
  if (slot.spec.overlay) {
    auto const drawn = co_await keeper.draw(frame.bytes, slot.spec.overlay->expand(values));
    if (!drawn) co_return Attempt{slot.failed(drawn.error()), false};
    frame.bytes = *drawn;
  }
  if (request.store) {
    auto const& name = request.filename ? *request.filename : storage.filename;
    PictureFacts const facts{values.camera, values.rule, values.event, *request.edge,
                             frame.captured};
    file = {name.expand(values), slot.folder, frame.captured.steady, describe(facts, zone)};
  }
  auto outcome = co_await keeper.keep(frame.bytes, file);
  bool const full = !outcome.saved && outcome.saved.error().fault == Fault::no_space;
  if (full && make_room && !stopping && co_await make_room())
    outcome = co_await keeper.keep(frame.bytes, file);
  if (auto const& size = outcome.size; !size)
    co_return Attempt{Error{size.error().fault, slot.who() + size.error().text}, false};
  slot.status.last = frame.captured.wall;
  if (!outcome.saved) co_return Attempt{outcome.saved.error(), true};
  if (!request.store && request.fit != PictureFit{}) {
    auto const fitted = co_await keeper.fit(frame.bytes, *outcome.size, request.fit);
    if (!fitted) co_return Attempt{slot.failed(fitted.error()), false};
    frame.bytes = *fitted;
  }
  Taken taken;
  taken.path = std::move(outcome.saved->path);
  taken.warning = std::move(outcome.saved->warning);
  taken.jpeg = request.store ? std::move(outcome.saved->jpeg) : std::move(frame.bytes);
  taken.captured = frame.captured;
  taken.values = request.values;
  taken.size = *outcome.size;
  co_return Attempt{std::move(taken), true};
}

Pictures::Pictures(asio::io_context& loop, Clock const& clock, Zone zone,
                   std::vector<CameraSpec> const& cameras, StorageSpec const& storage)
    : state_(std::make_shared<State>(loop, clock)) {
  state_->configure(std::move(zone), cameras, storage);
}

/// What runs on the threads would come back to a loop that may be gone by then: it is waited for.
Pictures::~Pictures() {
  state_->end();
  state_->keeper.close();
}

asio::awaitable<Result<Pictures::Taken>> Pictures::take(Take request) {
  return State::run(state_, std::move(request));
}

asio::awaitable<Result<Pictures::Series>> Pictures::take_around(Take request, Around around,
                                                                OnPicture on_picture) {
  return State::run_around(state_, std::move(request), around, std::move(on_picture));
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Pictures::State::last_stored(
    std::string camera, PictureFit fit) {
  auto const slot = find(camera);
  if (!slot) co_return slot.error();
  Active const under_way{*this};
  // What a comment adds to a picture comes on top of what a camera may send.
  co_return co_await keeper.lastshot((*slot)->folder, (*slot)->spec.max_bytes + 65536, fit);
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Pictures::last_stored(
    std::string camera, PictureFit fit) {
  return State::run_last_stored(state_, std::move(camera), fit);
}

void Pictures::configure(Zone zone, std::vector<CameraSpec> const& cameras,
                         StorageSpec const& storage) {
  state_->configure(std::move(zone), cameras, storage);
}

std::vector<CameraStatus> Pictures::status() const {
  std::vector<CameraStatus> result;
  result.reserve(state_->slots.size());
  for (auto const& slot : state_->slots) {
    result.push_back(slot->status);
    if (slot->warm) result.back().buffer = slot->warm->frames().status();
  }
  return result;
}

void Pictures::on_camera(OnCamera listener) {
  state_->listener = std::move(listener);
}

void Pictures::on_full(MakeRoom make_room) {
  state_->make_room = std::move(make_room);
}

asio::awaitable<void> Pictures::stop() {
  return State::stop(state_);
}

void Pictures::State::end() {
  stopping = true;
  stop_grabs.cancel();
  for (auto const& slot : slots) {
    slot->turns->close();
    if (slot->warm) slot->warm->stop();
  }
}

asio::awaitable<void> Pictures::State::stop(std::shared_ptr<State> self) {
  self->end();
  while (self->active > 0) co_await self->finished.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace snapcron
