#include "capture/poll_stream.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

class PollStream : public FrameStream {
 public:
  PollStream(std::unique_ptr<Camera> camera, unsigned fps)
      : camera_(std::move(camera)),
        period_(steady_clock::duration{std::chrono::seconds{1}} / std::max(1U, fps)) {}

  asio::awaitable<Result<void>> run(Take take) override {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    auto due = steady_clock::now();
    for (;;) {
      auto frame = co_await camera_->grab();
      if (!frame) co_return frame.error();
      if (!take(std::move(*frame))) co_return Result<void>{};
      due = std::max(due + period_, steady_clock::now());
      timer.expires_at(due);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

 private:
  std::unique_ptr<Camera> camera_;
  steady_clock::duration period_;
};

}  // namespace

std::unique_ptr<FrameStream> make_poll_stream(std::unique_ptr<Camera> camera, unsigned fps) {
  return std::make_unique<PollStream>(std::move(camera), fps);
}

}  // namespace snapcron
