#pragma once
// Single pictures of a camera that only streams: opened, the first frame, closed.

#include "ports/camera.hpp"
#include "ports/frame_stream.hpp"

#include <memory>

namespace snapcron {

std::unique_ptr<Camera> make_stream_still(std::unique_ptr<FrameStream> stream);

}  // namespace snapcron
