#include "capture/test_pattern_camera.hpp"

#include "async/offload.hpp"
#include "jpeg/test_pattern.hpp"

namespace snapcron {
namespace {

namespace asio = boost::asio;

class TestPattern : public Camera {
 public:
  TestPattern(asio::thread_pool& workers, Clock const& clock, Zone zone, CameraSpec const& spec)
      : workers_(workers),
        clock_(clock),
        zone_(std::move(zone)),
        name_(spec.name),
        size_(std::get<TestPatternCamera>(spec.source)) {}

  asio::awaitable<Result<Frame>> grab() override {
    auto const now = clock_.now();
    auto draw = [size = size_, name = name_, number = ++number_,
                 time = format_time("%Y-%m-%d %H:%M:%S %z", now.wall, zone_)] {
      return std::make_shared<std::string const>(
          test_pattern(size.width, size.height, name, time, number));
    };
    Frame frame;
    frame.bytes = co_await offload(workers_, std::move(draw));
    frame.requested = now;
    frame.captured = now;  // the time that is drawn into it
    co_return frame;
  }

 private:
  asio::thread_pool& workers_;
  Clock const& clock_;
  Zone zone_;
  std::string name_;
  TestPatternCamera size_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Camera> make_test_pattern_camera(asio::thread_pool& workers, Clock const& clock,
                                                 Zone zone, CameraSpec const& spec) {
  return std::make_unique<TestPattern>(workers, clock, std::move(zone), spec);
}

}  // namespace snapcron
