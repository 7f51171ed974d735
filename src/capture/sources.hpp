#pragma once
// From what the configuration says of a camera to the thing itself.

#include "core/site.hpp"
#include "core/zone.hpp"
#include "curl/multi.hpp"
#include "ports/camera.hpp"
#include "ports/clock.hpp"
#include "ports/frame_stream.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>

namespace snapcron {

/// What cameras work with; all of it must outlive them.
struct Sources {
  boost::asio::thread_pool& workers;
  Multi& multi;
  Clock const& clock;

  /// Single pictures.
  std::unique_ptr<Camera> camera(CameraSpec const& spec, Zone const& zone) const;
  /// One frame after another; a camera of single pictures is asked `fps` times a second.
  std::unique_ptr<FrameStream> stream(CameraSpec const& spec, Zone const& zone, unsigned fps) const;
};

}  // namespace snapcron
