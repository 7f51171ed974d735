#include "capture/pictures_state.hpp"

#include "core/printable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {

namespace asio = boost::asio;

namespace {

/// How long a frame of a window that is over may still be under way.
constexpr Duration frame_under_way = std::chrono::seconds{2};

Error stopping_error() {
  return {Fault::refused, "no picture is taken any more: the program is ending"};
}

/// What a camera has to do with is its own fault, and not that of who asks, nor of this program.
Error of_camera(Error error) {
  switch (error.fault) {
    case Fault::invalid:
    case Fault::not_found:
    case Fault::denied:
    case Fault::gone:
    case Fault::failed:
      error.fault = Fault::camera;
      break;
    default:
      break;
  }
  return error;
}

}  // namespace

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
  if (!result.taken && !result.camera_ok) co_return of_camera(result.taken.error());
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

/// On the disk; or in memory, when that does not take it and it is to be delivered.
asio::awaitable<Keeper::Outcome> Pictures::State::store(Take const& request, Frame const& frame,
                                                        std::optional<Keeper::File>& file) {
  auto outcome = co_await keeper.keep(frame.bytes, file);
  auto const disk_is = [&](Fault fault) {
    return file && outcome.size && !outcome.saved && outcome.saved.error().fault == fault &&
           !stopping;
  };
  if (disk_is(Fault::no_space) && make_room && co_await make_room())
    outcome = co_await keeper.keep(frame.bytes, file);
  bool const refused = disk_is(Fault::no_space) || disk_is(Fault::failed);
  if (!refused || request.to.empty() || !memory_has_room) co_return outcome;
  if (!co_await memory_has_room()) co_return outcome;
  file->in_memory = true;
  auto why = outcome.saved.error().text;
  outcome = co_await keeper.keep(frame.bytes, file);
  if (outcome.saved) outcome.saved->warning = why + "; it is kept in memory until it is delivered";
  co_return outcome;
}

asio::awaitable<Pictures::State::Attempt> Pictures::State::keep(Slot& slot, Take& request,
                                                                Frame frame) {
  std::optional<Keeper::File> file;
  auto const broken = [&slot](Error const& error) {
    return Attempt{Error{error.fault, slot.who() + error.text}, false};
  };
  auto& values = request.values;
  values.time = frame.captured.wall;
  values.zone = zone;
  values.camera = slot.spec.name;
  if (slot.spec.overlay) {
    auto const drawn = co_await keeper.draw(frame.bytes, slot.spec.overlay->expand(values));
    if (!drawn) co_return Attempt{slot.failed(drawn.error()), false};
    frame.bytes = *drawn;
  }
  if (request.fit != PictureFit{}) {
    auto const fitted = co_await keeper.fit(frame.bytes, request.fit);
    if (!fitted) co_return broken(fitted.error());
    frame.bytes = *fitted;
  }
  if (request.store) {
    auto const& name = request.filename ? *request.filename : storage.filename;
    file = {.relative = name.expand(values),
            .folder = slot.folder,
            .captured = frame.captured.steady,
            .facts = {values, *request.edge, frame.captured, request.to}};
  }
  auto outcome = co_await store(request, frame, file);
  if (!outcome.size) co_return broken(outcome.size.error());
  slot.status.last = frame.captured.wall;
  if (!outcome.saved) co_return Attempt{outcome.saved.error(), true};
  Taken taken;
  taken.path = std::move(outcome.saved->path);
  taken.warning = std::move(outcome.saved->warning);
  taken.jpeg = request.store ? std::move(outcome.saved->jpeg) : std::move(frame.bytes);
  taken.in_memory = file && file->in_memory;
  taken.captured = frame.captured;
  taken.values = request.values;
  taken.size = *outcome.size;
  co_return Attempt{std::move(taken), true};
}

}  // namespace snapcron
