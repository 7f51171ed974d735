#include "v4l2/picking.hpp"

#include <algorithm>

namespace snapcron {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

/// Longer than all buffers of a slow camera.
constexpr Duration longest_wait = seconds{10};

}  // namespace

Steady taken_at(BufferFacts const& buffer, Steady now) {
  if (!buffer.monotonic) return now;
  Steady const stamp{Duration{seconds{buffer.stamp.tv_sec} + microseconds{buffer.stamp.tv_usec}}};
  return stamp > now || stamp < now - longest_wait ? now : stamp;
}

Picking::Picking(unsigned settling, Steady settled_by, unsigned fps)
    : settling_(settling),
      settled_by_(settled_by),
      period_(fps == 0 ? Duration{} : Duration{seconds{1}} / fps) {}

Verdict Picking::judge(BufferFacts const& buffer, Steady taken) {
  if (buffer.damaged) return Verdict::broken;
  if (settling_ > 0 && taken < settled_by_) {
    --settling_;
    return Verdict::not_wanted;
  }
  settling_ = 0;
  // As the buffer's ring does it: a frame a little early is the one that was due.
  if (due_ != Steady::min() && taken < due_ - period_ / 8) return Verdict::not_wanted;
  due_ = due_ == Steady::min() ? taken + period_ : std::max(due_ + period_, taken + period_ / 2);
  return Verdict::wanted;
}

}  // namespace snapcron
