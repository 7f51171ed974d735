#pragma once
// Cameras at /dev/videoN: USB cameras, capture cards, whatever has a driver for Video4Linux.

#include "core/site.hpp"
#include "ports/clock.hpp"
#include "ports/frame_stream.hpp"

#include <memory>

namespace snapcron {

/// `spec.source` must be a V4l2Camera. A JPEG is made of each frame, or as it is in the camera
/// already; of frames without compression only as many as the buffer keeps. The device has a thread
/// of its own while it runs: a driver that hangs holds up nothing else. `clock` must outlive the
/// stream.
std::unique_ptr<FrameStream> make_video_stream(Clock const& clock, CameraSpec const& spec);

}  // namespace snapcron
