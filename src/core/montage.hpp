#pragma once
// Pictures of an event as one thing to look at: what ffmpeg is told.

#include "core/error.hpp"
#include "core/time.hpp"

#include <string>
#include <vector>

namespace snapcron {

struct MontagePicture {
  std::string path;  // absolute
  Instant captured;
};

/// The list of its input, in the order of time: a script of ffmpeg's concat demuxer
/// (https://ffmpeg.org/ffmpeg-formats.html#concat-1), with the time from each picture to the next,
/// never longer than two seconds.
std::string montage_list(std::vector<MontagePicture> const& pictures);

/// Its arguments; `list` is the file with the list. `output` ends in .jpg or .png (a sheet of small
/// pictures), .gif or .webp (animated), .mp4 or .webm (a clip). Fault::invalid for another.
Result<std::vector<std::string>> montage_arguments(std::string const& list,
                                                   std::string const& output, std::size_t pictures);

}  // namespace snapcron
