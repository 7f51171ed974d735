#include "capture/pictures_state.hpp"

#include "capture/sources.hpp"
#include "core/printable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {

namespace asio = boost::asio;

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

void Pictures::keep_in_memory(std::filesystem::path const& folder, MakeRoom has_room) {
  state_->keeper.use_memory(folder);
  state_->memory_has_room = std::move(has_room);
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
