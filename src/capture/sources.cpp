#include "capture/sources.hpp"

#include "capture/poll_stream.hpp"
#include "capture/rtsp_stream.hpp"
#include "capture/stream_still.hpp"
#include "capture/test_pattern_camera.hpp"
#include "curl/mjpeg_stream.hpp"
#include "curl/url_camera.hpp"
#include "process/command_camera.hpp"
#include "v4l2/video_stream.hpp"

namespace snapcron {

std::unique_ptr<Camera> Sources::camera(CameraSpec const& spec, Zone const& zone) const {
  struct Make {
    Sources const& sources;
    CameraSpec const& spec;
    Zone const& zone;
    std::unique_ptr<Camera> operator()(UrlCamera const&) const {
      return make_url_camera(sources.multi, sources.clock, spec);
    }
    std::unique_ptr<Camera> operator()(CommandCamera const&) const {
      return make_command_camera(sources.clock, spec);
    }
    std::unique_ptr<Camera> operator()(TestPatternCamera const&) const {
      return make_test_pattern_camera(sources.workers, sources.clock, zone, spec);
    }
    std::unique_ptr<Camera> operator()(MjpegCamera const&) const {
      return make_stream_still(make_mjpeg_stream(sources.multi, sources.clock, spec));
    }
    std::unique_ptr<Camera> operator()(RtspCamera const&) const {
      return make_stream_still(make_rtsp_stream(sources.clock, spec));
    }
    std::unique_ptr<Camera> operator()(V4l2Camera const&) const {
      return make_stream_still(make_video_stream(sources.clock, spec));
    }
  };
  return std::visit(Make{*this, spec, zone}, spec.source);
}

std::unique_ptr<FrameStream> Sources::stream(CameraSpec const& spec, Zone const& zone,
                                             unsigned fps) const {
  if (std::holds_alternative<MjpegCamera>(spec.source))
    return make_mjpeg_stream(multi, clock, spec);
  if (std::holds_alternative<RtspCamera>(spec.source)) return make_rtsp_stream(clock, spec);
  if (std::holds_alternative<V4l2Camera>(spec.source)) return make_video_stream(clock, spec);
  return make_poll_stream(camera(spec, zone), fps);
}

}  // namespace snapcron
