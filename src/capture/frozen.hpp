#pragma once
// A camera that runs and shows the same picture for ever: no two of a living one are equal, byte by
// byte, if only by their noise.

#include "ports/camera.hpp"

#include <optional>

namespace snapcron {

class FrozenWatch {
 public:
  /// Nothing: it is never asked.
  explicit FrozenWatch(std::optional<Duration> longest) : longest_{longest} {}

  /// In the order of their times. Why the camera is taken for frozen: all its frames were the same
  /// for that long.
  std::optional<Error> look(Frame const& frame);

 private:
  std::optional<Duration> longest_;
  std::shared_ptr<std::string const> bytes_;
  Steady since_{};
};

}  // namespace snapcron
