#pragma once
// A still camera that is asked over and over, as a stream.

#include "core/time.hpp"
#include "ports/camera.hpp"
#include "ports/frame_stream.hpp"

#include <memory>

namespace snapcron {

/// `fps` pictures a second, from the start of one to that of the next; fewer when the camera is
/// slower, never two at once. A picture that cannot be had ends the stream.
std::unique_ptr<FrameStream> make_poll_stream(std::unique_ptr<Camera> camera, unsigned fps);

}  // namespace snapcron
