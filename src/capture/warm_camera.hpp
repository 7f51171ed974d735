#pragma once
// A camera that is kept running: its newest frames, and the next one for whoever waits.

#include "capture/frame_ring.hpp"
#include "capture/frozen.hpp"
#include "ports/clock.hpp"
#include "ports/frame_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <random>

namespace snapcron {

/// How long to wait before a stream is opened again: 1 s, then twice as long each time up to a
/// minute, a fifth more or less, so that cameras that went together do not come together.
class Backoff {
 public:
  explicit Backoff(unsigned seed) : random_(seed) {}
  Duration next();
  void reset() { pause_ = least; }

 private:
  static constexpr Duration least = std::chrono::seconds{1};
  static constexpr Duration most = std::chrono::minutes{1};
  Duration pause_ = least;
  std::minstd_rand random_;
};

/// Owned by a std::shared_ptr; its stream's coroutine shares it. All on the loop's thread.
class WarmCamera : public std::enable_shared_from_this<WarmCamera> {
 public:
  /// Called when frames come again (no error), and when they do not come any more.
  using OnChange = std::function<void(std::optional<Error> const&)>;

  WarmCamera(boost::asio::io_context& loop, Clock const& clock, CameraSpec const& camera,
             std::unique_ptr<FrameStream> stream);

  /// Runs the stream until stop(), again and again; `ended` is called when it is over.
  void start(OnChange on_change, std::function<void()> ended);
  /// Closes the stream; whoever waits for a frame gets none.
  void stop();

  FrameRing const& frames() const { return frames_; }
  /// Why no frames come at the moment.
  std::optional<Error> const& lost() const { return lost_; }

  /// The first frame that was taken at `from` or later; none when it is not there at `until`, or
  /// when the camera cannot be opened.
  boost::asio::awaitable<std::optional<Frame>> next(Steady from, Steady until);

 private:
  boost::asio::awaitable<void> run();
  bool take(Frame frame);
  void tell(std::optional<Error> lost);
  void wake();

  boost::asio::io_context& loop_;
  Clock const& clock_;
  std::unique_ptr<FrameStream> stream_;
  FrameRing frames_;
  std::optional<Frame> latest_;  // also one that the ring passed over
  std::optional<Error> lost_;
  std::string who_;  // "camera 'door': "
  FrozenWatch frozen_;
  std::optional<Error> is_frozen_;    // the present stream
  unsigned opened_ = 0, failed_ = 0;  // how often, and the latest of them that broke
  bool found_ = false;
  bool stopped_ = false;
  OnChange on_change_;
  Backoff backoff_;
  boost::asio::steady_timer pause_;
  boost::asio::cancellation_signal cancel_;
  std::list<boost::asio::steady_timer*> waiting_;  // their coroutines own them
};

}  // namespace snapcron
