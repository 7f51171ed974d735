#pragma once
// Where a picture comes from: a URL, a command, the test pattern, the first frame of a stream.

#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace snapcron {

/// The bytes as the camera sent them, not yet checked to be a whole JPEG.
struct Frame {
  std::shared_ptr<std::string const> bytes;
  Moment requested;
  Moment captured;  // as far as anybody can tell: when the first byte was here
};

class Camera {
 public:
  virtual ~Camera() = default;
  /// Ends by the camera's own time-outs; never throws for what the camera does. The error text
  /// begins with "camera 'NAME': ".
  virtual boost::asio::awaitable<Result<Frame>> grab() = 0;
};

}  // namespace snapcron
