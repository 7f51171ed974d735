#pragma once
// A camera with all that concerns it. Captures under way hold it, so it outlives a reload.

#include "capture/frozen.hpp"
#include "capture/turns.hpp"
#include "capture/warm_camera.hpp"
#include "core/error.hpp"
#include "core/site.hpp"
#include "core/status.hpp"
#include "ports/camera.hpp"

#include <memory>
#include <string>

namespace snapcron {

struct Slot {
  explicit Slot(CameraSpec const& s);

  CameraSpec spec;
  std::string folder;                // exactly as file names spell it
  std::unique_ptr<Camera> camera;    // without a buffer
  std::shared_ptr<WarmCamera> warm;  // with one
  FrozenWatch frozen;                // without a buffer
  std::shared_ptr<Turns> turns;
  CameraStatus status;

  /// "camera 'door': "
  std::string who() const;
  /// What is wrong with a picture of it.
  Error failed(Error const& why) const { return {why.fault, who() + why.text}; }
  /// Why nothing came of waiting for a frame.
  Error no_frame() const;
};

}  // namespace snapcron
