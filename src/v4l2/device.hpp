#pragma once
// A video device, streaming into buffers that it shares with us. All calls may block: they are made
// on a thread of their own.

#include "core/error.hpp"
#include "core/site.hpp"
#include "process/descriptor.hpp"
#include "v4l2/encoding.hpp"
#include "v4l2/picking.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

class VideoDevice {
 public:
  struct Buffer {
    std::uint32_t index = 0;
    std::string_view bytes;
    BufferFacts facts;
  };

  /// The size and the rate are the nearest that the device has.
  static Result<VideoDevice> open(V4l2Camera const& camera);
  VideoDevice(VideoDevice&&) = default;
  VideoDevice& operator=(VideoDevice&&) = delete;
  ~VideoDevice();

  int descriptor() const { return fd_.get(); }
  /// What the driver made of our wishes.
  VideoMode const& mode() const { return mode_; }

  /// Frames come from now on.
  Result<void> start();
  /// The next filled buffer; null bytes when none is filled. It must be given back.
  Result<Buffer> take();
  Result<void> give_back(std::uint32_t index);

 private:
  VideoDevice(Descriptor fd, V4l2Camera const& camera) : fd_(std::move(fd)), camera_(camera) {}
  Result<void> check_kind() const;
  Result<void> choose_mode();
  Result<void> set_size(FourCc format);
  void set_rate() const;
  Result<void> map_buffers();
  Error trouble(std::string const& attempted, int code) const;

  Descriptor fd_;
  V4l2Camera camera_;
  VideoMode mode_;
  std::vector<std::span<char>> buffers_;
};

}  // namespace snapcron
