#include "core/montage.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace snapcron {
namespace {

constexpr Duration longest_look = std::chrono::seconds{2};  // of one picture in a clip
constexpr Duration shortest_look = std::chrono::milliseconds{40};

/// As the script wants it: within single quotes nothing is special but the quote.
std::string script_quoted(std::string const& text) {
  std::string quoted = "'";
  for (char const c : text) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

std::string sheet(std::size_t pictures) {
  auto const columns =
      static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(pictures))));
  auto const rows = (pictures + columns - 1) / columns;
  return "scale=320:-2,tile=" + std::to_string(columns) + "x" + std::to_string(rows) +
         ":padding=4:margin=4";
}

}  // namespace

std::string montage_list(std::vector<MontagePicture> const& pictures) {
  std::string text = "ffconcat version 1.0\n";
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    bool const last = i + 1 == pictures.size();
    auto const gap = last ? longest_look : pictures[i + 1].captured - pictures[i].captured;
    auto const look = std::clamp(gap, shortest_look, longest_look);
    char duration[40];
    std::snprintf(duration, sizeof duration, "\nduration %.3f\n",
                  std::chrono::duration<double>(look).count());
    text += "file " + script_quoted(pictures[i].path) + duration;
  }
  return text;
}

Result<std::vector<std::string>> montage_arguments(std::string const& list,
                                                   std::string const& output,
                                                   std::size_t pictures) {
  std::vector<std::string> words{"ffmpeg",
                                 "-hide_banner",
                                 "-loglevel",
                                 "error",
                                 "-nostdin",
                                 "-y",
                                 "-f",
                                 "concat",
                                 "-safe",
                                 "0",
                                 "-protocol_whitelist",
                                 "file",
                                 "-i",
                                 "file:" + list};
  auto const add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more);
  };
  auto const kind = std::filesystem::path{output}.extension().string();
  if (kind == ".jpg" || kind == ".jpeg" || kind == ".png")
    add({"-vf", sheet(pictures), "-frames:v", "1"});
  else if (kind == ".gif")
    add({"-vf", "scale='min(640,iw)':-2,split[a][b];[a]palettegen[p];[b][p]paletteuse",
         "-final_delay", "200"});
  else if (kind == ".webp")
    add({"-vf", "scale='min(640,iw)':-2", "-loop", "0"});
  else if (kind == ".mp4" || kind == ".webm")
    // The last picture's duration is not kept by ffmpeg's concat.
    add({"-vf", "scale='trunc(iw/2)*2':'trunc(ih/2)*2',fps=10,tpad=stop_mode=clone:stop_duration=2",
         "-pix_fmt", "yuv420p"});
  else
    return Error{Fault::invalid, "cannot tell what '" + output +
                                     "' is to be: it ends in .jpg, .png (a sheet), .gif, .webp "
                                     "(animated), .mp4 or .webm (a clip)"};
  words.push_back("file:" + output);
  return words;
}

}  // namespace snapcron
