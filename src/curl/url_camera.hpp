#pragma once
// A camera that gives a still at an http or https address.

#include "core/site.hpp"
#include "curl/multi.hpp"
#include "ports/camera.hpp"
#include "ports/clock.hpp"

#include <memory>

namespace snapcron {

/// `spec.source` must be a UrlCamera. Keeps its connection between pictures; Basic or Digest as the
/// camera asks. Neither the password nor the address's query is ever part of an error text. One
/// grab at a time. `multi` and `clock` must outlive the camera.
std::unique_ptr<Camera> make_url_camera(Multi& multi, Clock const& clock, CameraSpec const& spec);

}  // namespace snapcron
