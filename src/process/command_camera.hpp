#pragma once
// A camera that is a command: each picture is what it writes to its stdout.

#include "core/site.hpp"
#include "ports/camera.hpp"
#include "ports/clock.hpp"

#include <memory>

namespace snapcron {

/// `spec.source` must be a CommandCamera. The command sees the camera's name as SNAPCRON_CAMERA.
std::unique_ptr<Camera> make_command_camera(Clock const& clock, CameraSpec const& spec);

}  // namespace snapcron
