#include "v4l2/video_stream.hpp"

#include "core/printable.hpp"
#include "v4l2/film.hpp"
#include "v4l2/handover.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <signal.h>
#include <unistd.h>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// A camera's exposure settles within a few frames. One that is kept running has time; but the first
// frames may be what a driver had left.
constexpr unsigned settling_still = 5, settling_stream = 2;
/// How much longer than its own limits the thread may take to tell why, and to close the device.
constexpr auto grace = std::chrono::seconds{2};

/// Nobody waits for it: a driver may hang for ever. It holds only what is its own.
void begin_thread(FilmSpec spec, std::shared_ptr<Handover> handover) {
  // Signals are the loop's; threads inherit what is blocked.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  auto work = [spec = std::move(spec), handover = std::move(handover)] {
    try {
      handover->end(film(spec, *handover));
    } catch (std::exception const& failure) {
      handover->end(Error{Fault::failed, spec.camera.device + ": " + failure.what()});
    }
  };
  try {
    std::thread{std::move(work)}.detach();
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

class VideoStream : public FrameStream {
 public:
  VideoStream(Clock const& clock, CameraSpec spec)
      : clock_(clock),
        spec_(std::move(spec)),
        source_(std::get<V4l2Camera>(spec_.source)),
        who_("camera " + snapcron::quoted(spec_.name) + ": ") {}

  asio::awaitable<Result<void>> run(Take take) override {
    if (handover_ && !handover_->ended()) co_return hangs(" still");
    try {
      handover_ = std::make_shared<Handover>();
      begin_thread(film_spec(), handover_);
    } catch (std::system_error const& failure) {
      handover_.reset();
      co_return Error{Fault::failed, who_ + source_.device + ": " + failure.what()};
    }
    // From here on cancellation is looked for, not thrown: the device is to be closed before
    // another opens it.
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto result = co_await follow(take);
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return result;
  }

 private:
  FilmSpec film_spec() const {
    return {.camera = source_,
            .timeout = spec_.timeout,
            .stall_timeout = spec_.stall_timeout,
            .max_bytes = spec_.max_bytes,
            .settling = spec_.buffer ? settling_stream : settling_still,
            .fps = spec_.buffer ? spec_.buffer->fps : 0};
  }

  Error hangs(std::string const& how) const {
    return {Fault::timed_out, who_ + source_.device + ": its driver" + how +
                                  " does not answer: unplug the camera and plug it in again, or "
                                  "start the machine anew"};
  }

  /// Hands over what comes until the end, and waits for the thread to close the device.
  asio::awaitable<Result<void>> follow(Take const& take) {
    auto const executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor news{executor, ::dup(handover_->news_descriptor())};
    asio::steady_timer limit{executor};
    auto const asked = clock_.now();
    auto const patience = std::chrono::duration_cast<steady_clock::duration>(spec_.timeout) + grace;
    auto until = steady_clock::now() + patience;
    bool over = false, cancelled = false;
    for (;;) {
      // Read before what it may have put last.
      auto const ended = handover_->ended();
      auto const shots = handover_->take();
      for (auto const& shot : shots) {
        auto const now = clock_.now();
        if (over || take({.bytes = shot.jpeg,
                          .requested = asked,
                          .captured = {shot.taken, now.wall_of(shot.taken)}})) {
          continue;
        }
        over = true;
        handover_->stop();
      }
      if (ended) co_return end_of(*ended, cancelled);
      if (steady_clock::now() >= until) {
        handover_->stop();
        co_return over ? end_of({}, cancelled) : hangs("");
      }
      if (over)
        until = std::min(until, steady_clock::now() + grace);
      else if (!shots.empty())
        until = steady_clock::now() + patience;
      limit.expires_at(until);
      co_await asio::experimental::make_parallel_group(
          news.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred),
          limit.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::as_tuple(asio::use_awaitable));
      auto const state = co_await asio::this_coro::cancellation_state;
      cancelled = state.cancelled() != asio::cancellation_type::none;
      if (cancelled && !std::exchange(over, true)) handover_->stop();
    }
  }

  Result<void> end_of(Result<void> const& ended, bool cancelled) const {
    if (cancelled) return Error{Fault::refused, who_ + "it was stopped"};
    if (ended) return ended;
    return Error{ended.error().fault, who_ + ended.error().text};
  }

  Clock const& clock_;
  CameraSpec spec_;
  V4l2Camera source_;
  std::string who_;
  std::shared_ptr<Handover> handover_;  // of the thread that was begun last
};

}  // namespace

std::unique_ptr<FrameStream> make_video_stream(Clock const& clock, CameraSpec const& spec) {
  return std::make_unique<VideoStream>(clock, spec);
}

}  // namespace snapcron
