#include "capture/frame_ring.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace snapcron {

FrameRing::FrameRing(BufferSpec const& bounds)
    : bounds_(bounds), period_(Duration{std::chrono::seconds{1}} / std::max(1U, bounds.fps)) {}

void FrameRing::put(Frame frame) {
  auto const at = frame.captured.steady;
  // Cameras do not keep time to the millisecond: a frame a little early is the one that was due.
  if (!frames_.empty() && at < due_ - period_ / 8) return;
  // After a gap the beat begins anew; two frames may then be half a period apart.
  due_ = frames_.empty() ? at + period_ : std::max(due_ + period_, at + period_ / 2);
  bytes_ += frame.bytes->size();
  frames_.push_back(std::move(frame));
  // One frame from beyond the time is kept: the buffer reaches back all of it at any moment.
  while (frames_.size() > 1 &&
         (bytes_ > bounds_.max_bytes || frames_[1].captured.steady <= at - bounds_.seconds)) {
    bytes_ -= frames_.front().bytes->size();
    frames_.pop_front();
  }
}

std::optional<Frame> FrameRing::first_since(Steady from) const {
  auto const found = std::ranges::lower_bound(
      frames_, from, {}, [](Frame const& frame) { return frame.captured.steady; });
  if (found == frames_.end()) return std::nullopt;
  return *found;
}

std::optional<Frame> FrameRing::newest() const {
  if (frames_.empty()) return std::nullopt;
  return frames_.back();
}

std::vector<Frame> FrameRing::before(Steady edge, Duration before, Duration interval) const {
  std::vector<Frame> kept;
  for (auto const& frame : frames_ | std::views::reverse) {
    auto const at = frame.captured.steady;
    if (at > edge) continue;
    // The first may be older than that; but not one of a camera that was gone by then.
    if (at < edge - (kept.empty() ? std::max(before, bounds_.seconds) : before)) break;
    if (kept.empty() || at <= kept.back().captured.steady - interval) kept.push_back(frame);
  }
  std::ranges::reverse(kept);
  return kept;
}

BufferStatus FrameRing::status() const {
  BufferStatus status;
  status.frames = frames_.size();
  status.bytes = bytes_;
  if (frames_.size() < 2) return status;
  status.span = frames_.back().captured.steady - frames_.front().captured.steady;
  auto const seconds = std::chrono::duration<double>(status.span).count();
  if (seconds > 0) status.fps = static_cast<double>(frames_.size() - 1) / seconds;
  return status;
}

}  // namespace snapcron
