#include "capture/warm_camera.hpp"

#include "core/printable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace snapcron {

namespace asio = boost::asio;

namespace {

using Timers = std::list<asio::steady_timer*>;

/// Waiting for a frame.
struct Waiting {
  Timers& all;
  Timers::const_iterator place;
  ~Waiting() { all.erase(place); }
};

}  // namespace

Duration Backoff::next() {
  std::uniform_int_distribution<int> percent{80, 120};
  auto const pause = pause_ * percent(random_) / 100;
  pause_ = std::min(2 * pause_, most);
  return pause;
}

WarmCamera::WarmCamera(asio::io_context& loop, Clock const& clock, CameraSpec const& camera,
                       std::unique_ptr<FrameStream> stream)
    : loop_(loop),
      clock_(clock),
      stream_(std::move(stream)),
      frames_(camera.buffer.value_or(BufferSpec{})),
      who_("camera " + snapcron::quoted(camera.name) + ": "),
      frozen_(camera.stale_after),
      backoff_(std::random_device{}()),
      pause_(loop) {}

void WarmCamera::start(OnChange on_change, std::function<void()> ended) {
  on_change_ = std::move(on_change);
  auto over = [self = shared_from_this(), ended = std::move(ended)](std::exception_ptr failure) {
    ended();
    if (failure && !self->stopped_) std::rethrow_exception(failure);
  };
  asio::co_spawn(loop_, run(), asio::bind_cancellation_slot(cancel_.slot(), std::move(over)));
}

void WarmCamera::stop() {
  stopped_ = true;
  on_change_ = nullptr;
  cancel_.emit(asio::cancellation_type::terminal);
  wake();
}

asio::awaitable<void> WarmCamera::run() {
  FrameStream::Take const take_frame = [this](Frame frame) { return take(std::move(frame)); };
  while (!stopped_) {
    auto const opening = ++opened_;
    auto const ended = co_await stream_->run(take_frame);
    if (stopped_) break;
    failed_ = opening;
    bool const was_lost = lost_.has_value();
    lost_ = is_frozen_ ? std::exchange(is_frozen_, {}) : std::optional{ended.error()};
    found_ = false;
    if (!was_lost) tell(lost_);
    wake();
    pause_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(backoff_.next()));
    co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

bool WarmCamera::take(Frame frame) {
  if (stopped_) return false;
  if (auto const why = frozen_.look(frame)) {
    // Perhaps it wakes up when it is opened anew.
    is_frozen_ = Error{why->fault, who_ + why->text};
    return false;
  }
  backoff_.reset();
  latest_ = frame;
  frames_.put(std::move(frame));
  lost_.reset();
  if (!std::exchange(found_, true)) tell(std::nullopt);
  wake();
  return true;
}

/// Not from within the stream: whoever hears of it may begin another one, which libcurl does not
/// allow in the midst of handing over bytes.
void WarmCamera::tell(std::optional<Error> lost) {
  asio::post(loop_, [self = shared_from_this(), lost = std::move(lost)] {
    if (self->on_change_) self->on_change_(lost);
  });
}

void WarmCamera::wake() {
  for (auto* timer : waiting_) timer->cancel();
}

asio::awaitable<std::optional<Frame>> WarmCamera::next(Steady from, Steady until) {
  auto const self = shared_from_this();
  asio::steady_timer timer{loop_};
  Waiting const waiting{waiting_, waiting_.insert(waiting_.end(), &timer)};
  if (lost_) pause_.cancel();  // somebody wants it: it is tried now
  auto const opened_before = opened_;
  while (!stopped_) {
    if (auto frame = frames_.first_since(from)) co_return frame;
    if (latest_ && latest_->captured.steady >= from) co_return latest_;
    // It was tried in vain: who waits is told soon, not when all of the time is over.
    if (failed_ > opened_before || clock_.now().steady >= until) break;
    timer.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(until));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return std::nullopt;
}

}  // namespace snapcron
