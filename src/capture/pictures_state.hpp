#pragma once
// What Pictures is made of; pictures.cpp hands out, picture_taking.cpp takes and keeps.

#include "capture/keeper.hpp"
#include "capture/pictures.hpp"
#include "capture/slot.hpp"
#include "curl/multi.hpp"

#include <boost/asio/steady_timer.hpp>

namespace snapcron {

struct Pictures::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& l, Clock const& c)
      : loop(l), clock(c), keeper(l), multi(l), stop_grabs(l, forever), finished(l, forever) {}

  static constexpr std::size_t most_waiters = 32;
  static constexpr auto forever = boost::asio::steady_timer::time_point::max();

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
  static boost::asio::awaitable<Result<Taken>> run(std::shared_ptr<State> self, Take request) {
    co_return co_await self->take(std::move(request));
  }
  static boost::asio::awaitable<Result<Series>> run_around(std::shared_ptr<State> self,
                                                           Take request, Around around,
                                                           OnPicture on_picture) {
    co_return co_await self->take_around(std::move(request), around, on_picture);
  }
  static boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> run_last_stored(
      std::shared_ptr<State> self, std::string camera, PictureFit fit) {
    co_return co_await self->last_stored(std::move(camera), fit);
  }
  static boost::asio::awaitable<void> stop(std::shared_ptr<State> self);
  void end();

  boost::asio::awaitable<Result<Taken>> take(Take request);
  boost::asio::awaitable<Attempt> take_cold(Slot& slot, Take& request);
  boost::asio::awaitable<Attempt> take_warm(Slot& slot, Take& request);
  boost::asio::awaitable<Result<Series>> take_around(Take request, Around around,
                                                     OnPicture const& on_picture);
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> last_stored(std::string camera,
                                                                                 PictureFit fit);
  boost::asio::awaitable<Result<Frame>> grab(Slot& slot);
  boost::asio::awaitable<Keeper::Outcome> store(Take const& request, Frame const& frame,
                                                std::optional<Keeper::File>& file);
  boost::asio::awaitable<Attempt> keep(Slot& slot, Take& request, Frame frame);
  boost::asio::awaitable<bool> keep_one(Slot& slot, Take& request, Frame frame, Series& series,
                                        OnPicture const& on_picture);

  boost::asio::io_context& loop;
  Clock const& clock;
  Zone zone;
  StorageSpec storage;
  Keeper keeper;
  Multi multi;
  std::vector<std::shared_ptr<Slot>> slots;  // after what their cameras use
  OnCamera listener;
  MakeRoom make_room, memory_has_room;
  boost::asio::steady_timer stop_grabs, finished;  // cancelled when that has come
  std::size_t active = 0;
  bool stopping = false;  // nothing new begins
};

}  // namespace snapcron
