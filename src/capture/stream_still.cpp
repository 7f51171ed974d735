#include "capture/stream_still.hpp"

#include <optional>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

class StreamStill : public Camera {
 public:
  explicit StreamStill(std::unique_ptr<FrameStream> stream) : stream_(std::move(stream)) {}

  asio::awaitable<Result<Frame>> grab() override {
    std::optional<Frame> first;
    auto const take = [&first](Frame frame) {
      first = std::move(frame);
      return false;
    };
    auto const ended = co_await stream_->run(take);
    if (first) co_return std::move(*first);
    co_return ended.error();
  }

 private:
  std::unique_ptr<FrameStream> stream_;
};

}  // namespace

std::unique_ptr<Camera> make_stream_still(std::unique_ptr<FrameStream> stream) {
  return std::make_unique<StreamStill>(std::move(stream));
}

}  // namespace snapcron
