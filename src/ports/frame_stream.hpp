#pragma once
// A camera that keeps sending frames: an MJPEG or RTSP stream, a video device, a still camera that
// is asked over and over.

#include "ports/camera.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace snapcron {

class FrameStream {
 public:
  virtual ~FrameStream() = default;

  /// Called on the loop with each frame as it came, not yet checked to be a whole JPEG;
  /// `frame.captured` is when the camera (its driver, or the first byte here) says that it was
  /// taken. False: it is enough, the stream ends.
  using Take = std::function<bool(Frame frame)>;

  /// Opens the camera and hands over frames until it breaks, which is the error, or `take` says
  /// that it is enough. Cancellation closes it. Ends by the camera's own time-outs when nothing
  /// comes. The error text begins with "camera 'NAME': ". One run at a time.
  virtual boost::asio::awaitable<Result<void>> run(Take take) = 0;
};

}  // namespace snapcron
