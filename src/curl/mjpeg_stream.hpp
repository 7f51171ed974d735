#pragma once
// A camera that sends one JPEG after another in an answer without end.

#include "core/site.hpp"
#include "curl/multi.hpp"
#include "ports/clock.hpp"
#include "ports/frame_stream.hpp"

#include <memory>

namespace snapcron {

/// `spec.source` must be an MjpegCamera. Basic or Digest as the camera asks; no text ever holds the
/// password or the address's query. `multi` and `clock` must outlive the stream.
std::unique_ptr<FrameStream> make_mjpeg_stream(Multi& multi, Clock const& clock,
                                               CameraSpec const& spec);

}  // namespace snapcron
