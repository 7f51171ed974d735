#include "capture/pictures.hpp"

#include "async/offload.hpp"
#include "capture/test_pattern_camera.hpp"
#include "capture/turns.hpp"
#include "core/printable.hpp"
#include "curl/url_camera.hpp"
#include "ports/camera.hpp"
#include "process/command_camera.hpp"
#include "store/picture_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <future>

namespace snapcron {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiters = 32;
constexpr std::size_t checkers = 2;
/// How long the disk thread, with the bytes safe already, waits for the check of one picture before
/// it turns to others. Common pictures take a millisecond or a few.
constexpr auto patience = std::chrono::milliseconds{50};

/// The check of one picture, on a worker.
struct Check {
  explicit Check(asio::io_context& loop) : done(loop, asio::steady_timer::time_point::max()) {}
  bool decided() const {
    return verdict.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  }
  std::shared_future<Result<PictureSize>> verdict;
  asio::steady_timer done;  // cancelled when the verdict is there
};
using CheckPtr = std::shared_ptr<Check>;

/// A camera with all that concerns it. Captures under way hold it, so it outlives a reload.
struct Slot {
  CameraSpec spec;
  std::unique_ptr<Camera> camera;
  std::shared_ptr<Turns> turns;
  CameraStatus status;
};

/// The folder of a camera, exactly as file names spell it.
std::string folder_of(std::string const& camera) {
  static auto const name = Template::parse("{camera}/x.jpg", Template::Use::file_name).value();
  TemplateValues values;
  values.camera = camera;
  auto const path = name.expand(values);
  return path.substr(0, path.find('/'));
}

Error stopping_error() {
  return {Fault::refused, "no picture is taken any more: the program is ending"};
}

}  // namespace

struct Pictures::State {
  State(asio::io_context& l, Clock const& c)
      : loop(l), clock(c), multi(l), stop_grabs(l, forever), finished(l, forever) {}

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
  struct Saved {
    std::filesystem::path path;
    std::string warning;
  };

  void configure(Zone zone, std::vector<CameraSpec> const& cameras, StorageSpec const& storage);
  std::unique_ptr<Camera> make_camera(CameraSpec const& spec);
  Result<std::shared_ptr<Slot>> find(std::string const& camera) const;
  void note(Slot& slot, Attempt const& attempt);

  /// Hold the state for as long as they run, whatever becomes of the Pictures.
  static asio::awaitable<Result<Taken>> run(std::shared_ptr<State> self, Take request) {
    co_return co_await self->take(std::move(request));
  }
  static asio::awaitable<void> stop(std::shared_ptr<State> self);
  void end();

  asio::awaitable<Result<Taken>> take(Take request);
  asio::awaitable<Attempt> attempt(Slot& slot, Take& request);
  asio::awaitable<Result<Frame>> grab(Slot& slot);
  CheckPtr check(std::shared_ptr<std::string const> bytes);
  asio::awaitable<Result<Saved>> save(Slot& slot, Take& request, Frame const& frame,
                                      CheckPtr checked);

  asio::io_context& loop;
  Clock const& clock;
  Zone zone;
  StorageSpec storage;
  asio::thread_pool disk{1};
  asio::thread_pool workers{checkers};
  std::shared_ptr<PictureStore> store;  // used on the disk thread only
  Multi multi;
  std::vector<std::shared_ptr<Slot>> slots;  // after what their cameras use
  OnCamera listener;
  asio::steady_timer stop_grabs, finished;  // cancelled when that has come
  std::size_t active = 0;
  bool stopping = false;  // nothing new begins
  bool closed = false;    // the threads are gone
};

void Pictures::State::configure(Zone new_zone, std::vector<CameraSpec> const& cameras,
                                StorageSpec const& new_storage) {
  if (!store || storage.directory != new_storage.directory) {
    store = std::make_shared<PictureStore>(new_storage.directory);
    asio::post(disk, [leaving = store] { leaving->remove_leftovers(); });
  }
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
    auto slot = std::make_shared<Slot>();
    slot->spec = spec;
    slot->camera = make_camera(spec);
    slot->turns = std::make_shared<Turns>(loop, most_waiters);
    slot->status.name = spec.name;
    if (old != slots.end()) slot->status.last = (*old)->status.last;
    next.push_back(std::move(slot));
  }
  slots = std::move(next);
}

std::unique_ptr<Camera> Pictures::State::make_camera(CameraSpec const& spec) {
  if (std::holds_alternative<UrlCamera>(spec.source)) return make_url_camera(multi, clock, spec);
  if (std::holds_alternative<CommandCamera>(spec.source)) return make_command_camera(clock, spec);
  return make_test_pattern_camera(workers, clock, zone, spec);
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

void Pictures::State::note(Slot& slot, Attempt const& attempt) {
  auto const before = slot.status.state;
  bool const ok = attempt.camera_ok;
  slot.status.state = ok ? CameraStatus::State::ok : CameraStatus::State::lost;
  slot.status.error = ok ? "" : attempt.taken.error().text;
  bool const configured =
      std::ranges::any_of(slots, [&](auto const& current) { return current.get() == &slot; });
  if (slot.status.state != before && configured && listener)
    listener(slot.spec.name, ok, slot.status.error);
}

asio::awaitable<Result<Pictures::Taken>> Pictures::State::take(Take request) {
  auto const begun = clock.now().steady;
  if (stopping) co_return stopping_error();
  auto const found = find(request.camera);
  if (!found) co_return found.error();
  auto const slot = *found;
  Active const under_way{*this};
  auto const turn = co_await slot->turns->take();
  if (stopping) co_return stopping_error();
  if (!turn)
    co_return Error{Fault::busy, "camera " + snapcron::quoted(slot->spec.name) + ": " +
                                     std::to_string(most_waiters) +
                                     " captures wait for it already; it is too slow for so many"};

  auto const grabbed = clock.now().steady;
  auto result = co_await attempt(*slot, request);
  // A broken body may be one that the camera was just overwriting: the next is mostly whole.
  bool const broken = !result.camera_ok && result.taken.error().fault == Fault::bad_picture;
  bool const time_left = 2 * (clock.now().steady - grabbed) < slot->spec.timeout;
  if (broken && time_left && !stopping && std::holds_alternative<UrlCamera>(slot->spec.source))
    result = co_await attempt(*slot, request);
  if (!result.camera_ok && stopping) co_return stopping_error();
  note(*slot, result);
  if (result.taken) result.taken->took = clock.now().steady - begun;
  co_return std::move(result.taken);
}

/// The check runs beside the writing: the picture gets its name when both are done.
asio::awaitable<Pictures::State::Attempt> Pictures::State::attempt(Slot& slot, Take& request) {
  auto frame = co_await grab(slot);
  if (!frame) co_return Attempt{frame.error(), false};
  auto const checked = check(frame->bytes);
  Result<Saved> saved = Saved{};
  if (request.store) saved = co_await save(slot, request, *frame, checked);
  while (!checked->decided())
    co_await checked->done.async_wait(asio::as_tuple(asio::use_awaitable));
  // The disk went on without the verdict; it may have come between that and here.
  bool const too_early = !saved && saved.error().fault == Fault::busy;
  if (too_early && checked->verdict.get()) saved = co_await save(slot, request, *frame, checked);
  auto const& size = checked->verdict.get();
  if (!size)
    co_return Attempt{Error{size.error().fault, "camera " + snapcron::quoted(slot.spec.name) +
                                                    ": " + size.error().text},
                      false};
  slot.status.last = frame->captured.wall;
  if (!saved) co_return Attempt{saved.error(), true};
  Taken taken;
  taken.path = std::move(saved->path);
  taken.warning = std::move(saved->warning);
  taken.jpeg = std::move(frame->bytes);
  taken.captured = frame->captured;
  taken.size = *size;
  co_return Attempt{std::move(taken), true};
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

CheckPtr Pictures::State::check(std::shared_ptr<std::string const> bytes) {
  std::packaged_task<Result<PictureSize>()> task{
      [bytes = std::move(bytes)] { return check_jpeg(*bytes); }};
  auto checked = std::make_shared<Check>(loop);
  checked->verdict = task.get_future().share();
  asio::post(workers, [&l = loop, checked, run = std::move(task)]() mutable {
    run();
    asio::post(l, [checked] { checked->done.cancel(); });
  });
  return checked;
}

asio::awaitable<Result<Pictures::State::Saved>> Pictures::State::save(Slot& slot, Take& request,
                                                                      Frame const& frame,
                                                                      CheckPtr checked) {
  if (closed) co_return stopping_error();
  request.values.time = frame.captured.wall;
  request.values.zone = zone;
  request.values.camera = slot.spec.name;
  auto const& name = request.filename ? *request.filename : storage.filename;
  auto work = [keeper = store, relative = name.expand(request.values),
               folder = folder_of(slot.spec.name), bytes = frame.bytes,
               captured = frame.captured.steady, checked]() -> Result<Saved> {
    auto const approve = [&checked]() -> Result<void> {
      if (checked->verdict.wait_for(patience) != std::future_status::ready)
        return Error{Fault::busy, "the picture is not checked yet"};
      if (auto const& size = checked->verdict.get(); !size) return size.error();
      return {};
    };
    auto path = keeper->save(relative, folder, *bytes, captured, approve);
    if (!path) return path.error();
    return Saved{std::move(*path), keeper->lastshot_error()};
  };
  co_return co_await offload(disk, std::move(work));
}

Pictures::Pictures(asio::io_context& loop, Clock const& clock, Zone zone,
                   std::vector<CameraSpec> const& cameras, StorageSpec const& storage)
    : state_(std::make_shared<State>(loop, clock)) {
  state_->configure(std::move(zone), cameras, storage);
}

/// What runs on the threads would come back to a loop that may be gone by then: it is waited for.
Pictures::~Pictures() {
  state_->end();
  state_->closed = true;
  state_->workers.join();
  state_->disk.join();
}

asio::awaitable<Result<Pictures::Taken>> Pictures::take(Take request) {
  return State::run(state_, std::move(request));
}

void Pictures::configure(Zone zone, std::vector<CameraSpec> const& cameras,
                         StorageSpec const& storage) {
  state_->configure(std::move(zone), cameras, storage);
}

std::vector<CameraStatus> Pictures::status() const {
  std::vector<CameraStatus> result;
  result.reserve(state_->slots.size());
  for (auto const& slot : state_->slots) result.push_back(slot->status);
  return result;
}

void Pictures::on_camera(OnCamera listener) {
  state_->listener = std::move(listener);
}

asio::awaitable<void> Pictures::stop() {
  return State::stop(state_);
}

void Pictures::State::end() {
  stopping = true;
  stop_grabs.cancel();
  for (auto const& slot : slots) slot->turns->close();
}

asio::awaitable<void> Pictures::State::stop(std::shared_ptr<State> self) {
  self->end();
  while (self->active > 0) co_await self->finished.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace snapcron
