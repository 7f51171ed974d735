#pragma once
// The newest frames of a camera, as they came: bounded in time, in bytes and in frames a second.

#include "core/site.hpp"
#include "core/status.hpp"
#include "ports/camera.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace snapcron {

/// Pure: the times are the frames' own. Nothing is decoded or copied.
class FrameRing {
 public:
  explicit FrameRing(BufferSpec const& bounds);

  /// Frames come in the order of their times; one that comes too soon after the last kept one is
  /// passed over. Old ones go, but the newest frame stays, however large it is.
  void put(Frame frame);

  /// The oldest frame from `from` on, if there is one.
  std::optional<Frame> first_since(Steady from) const;
  /// The newest frame.
  std::optional<Frame> newest() const;

  /// The frames that a trigger at `edge` wants from before itself, oldest first: counted back from
  /// the newest one that is not later than `edge`, which is there even when it is older than
  /// `before`, though not than the buffer's time; the others are `interval` apart at least and
  /// `before` older than the edge at most.
  std::vector<Frame> before(Steady edge, Duration before, Duration interval) const;

  BufferStatus status() const;

 private:
  BufferSpec bounds_;
  Duration period_;
  std::deque<Frame> frames_;
  std::uint64_t bytes_ = 0;
  Steady due_ = Steady::min();  // of the next frame to be kept
};

}  // namespace snapcron
