#pragma once
// Video by RTSP, which ffmpeg receives, decodes and gives us as JPEGs.

#include "core/site.hpp"
#include "ports/clock.hpp"
#include "ports/frame_stream.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// `spec.source` must be an RtspCamera. Without a buffer every frame is handed over. The program's
/// arguments do not hold the address: it comes on its stdin, so that no list of processes shows the
/// password; nor does any text. `clock` must outlive the stream.
std::unique_ptr<FrameStream> make_rtsp_stream(Clock const& clock, CameraSpec const& spec);

/// What ffmpeg is called with, and what it reads on its stdin.
std::vector<std::string> rtsp_arguments(CameraSpec const& spec);
std::string rtsp_input(RtspCamera const& source);

/// The last line of what ffmpeg said, without any address's user and password.
std::string last_words(std::string_view errors);

}  // namespace snapcron
