#pragma once
// A camera that needs no hardware: colour bars with the time in them.

#include "core/site.hpp"
#include "core/zone.hpp"
#include "ports/camera.hpp"
#include "ports/clock.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>

namespace snapcron {

/// `spec.source` must be a TestPatternCamera. Draws on the pool, which must outlive it, as must the
/// clock.
std::unique_ptr<Camera> make_test_pattern_camera(boost::asio::thread_pool& workers,
                                                 Clock const& clock, Zone zone,
                                                 CameraSpec const& spec);

}  // namespace snapcron
