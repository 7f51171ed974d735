#include "capture/rtsp_stream.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/multipart.hpp"
#include "process/spawn.hpp"
#include "process/stream_child.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (char const c : text) {
    if (is_alphanumeric(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    result += code;
  }
  return result;
}

/// Lets through what is wanted, as it comes: -r would repeat frames of a slower camera.
std::string thinning(unsigned fps) {
  char filter[100];
  std::snprintf(filter, sizeof filter,
                "select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,%.3f)", 0.95 / fps);
  return filter;
}

class RtspStream : public FrameStream {
 public:
  RtspStream(Clock const& clock, CameraSpec spec)
      : clock_(clock),
        spec_(std::move(spec)),
        who_("camera " + snapcron::quoted(spec_.name) + ": ") {}

  asio::awaitable<Result<void>> run(Take take) override {
    if (auto const found = find_program("ffmpeg"); !found) co_return cannot_start(found.error());
    auto const asked = clock_.now();
    auto last_frame = asked.steady;
    bool enough = false;
    auto const picture = [&](Multipart::Part part) {
      last_frame = clock_.now().steady;
      enough = !take({.bytes = std::move(part.bytes), .requested = asked, .captured = part.begun});
      return !enough;
    };
    Multipart parts{"ffmpeg", spec_.max_bytes, picture};
    auto const receive = [&](std::string_view bytes) {
      auto const now = clock_.now();
      return parts.feed(bytes, now) && now.steady - last_frame <= spec_.timeout;
    };
    StreamSpec child{.argv = rtsp_arguments(spec_),
                     .input = rtsp_input(std::get<RtspCamera>(spec_.source)),
                     .first_within = spec_.timeout,
                     .stall_timeout = spec_.stall_timeout};
    auto const end = co_await stream_child(std::move(child), receive);
    if (enough) co_return Result<void>{};
    if (!end) co_return Error{end.error().fault, who_ + end.error().text};
    co_return Error{end->stalled ? Fault::timed_out : Fault::failed,
                    who_ + why(*end, parts, last_frame != asked.steady)};
  }

 private:
  Error cannot_start(Error error) const {
    if (error.fault == Fault::not_found) error.text += "; it is in Debian's package ffmpeg";
    error.text = who_ + error.text;
    return error;
  }

  std::string why(StreamEnd const& end, Multipart const& parts, bool ran) const {
    if (!parts.error().empty()) return "ffmpeg: " + parts.error();
    if (parts.too_large() > 0)
      return "a frame is larger than " + std::to_string(spec_.max_bytes) + " bytes (max_size)";
    auto const words = last_words(end.errors);
    auto const said = words.empty() ? std::string{} : ": " + words;
    if (end.stalled)
      return (ran ? "nothing more came for " + to_text(spec_.stall_timeout)
                  : "no picture within " + to_text(spec_.timeout)) +
             said;
    if (end.enough) return "no picture within " + to_text(spec_.timeout) + said;
    if (!words.empty()) return "ffmpeg: " + words;
    if (end.exit_code == 0) return "the camera ended the stream";
    return "ffmpeg ended with " + (end.exit_code < 0
                                       ? "signal " + std::to_string(-end.exit_code)
                                       : "exit code " + std::to_string(end.exit_code));
  }

  Clock const& clock_;
  CameraSpec spec_;
  std::string who_;
};

}  // namespace

std::vector<std::string> rtsp_arguments(CameraSpec const& spec) {
  std::vector<std::string> argv{
      // It ends with the daemon, however that ends; a camera that is silent would keep it.
      "setpriv", "--pdeathsig", "TERM", "--",
      // The list on stdin names the camera; nothing else may be opened.
      "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-f", "concat", "-safe", "0",
      "-protocol_whitelist", "pipe,rtsp,rtp,udp,tcp,tls,crypto", "-i", "pipe:0", "-map", "0:v:0",
      "-fps_mode", "vfr"};
  if (spec.buffer) argv.insert(argv.end(), {"-vf", thinning(spec.buffer->fps)});
  argv.insert(argv.end(), {"-c:v", "mjpeg", "-q:v", "3", "-f", "mpjpeg", "pipe:1"});
  return argv;
}

std::string rtsp_input(RtspCamera const& source) {
  auto url = source.url;
  if (!source.username.empty() || !source.password.empty())
    url.insert(url.find("://") + 3,
               percent_encoded(source.username) + ":" + percent_encoded(source.password) + "@");
  for (std::size_t at = 0; (at = url.find('\'', at)) != std::string::npos;)
    url.replace(at, 1, "%27");
  return "ffconcat version 1.0\nfile '" + url + "'\noption rtsp_transport tcp\n";
}

std::string last_words(std::string_view errors) {
  auto const end = errors.find_last_not_of("\r\n ");
  if (end == std::string_view::npos) return {};
  errors = errors.substr(0, end + 1);
  errors.remove_prefix(errors.find_last_of('\n') + 1);
  if (errors.starts_with("pipe:0: ")) errors.remove_prefix(8);
  std::string line{errors};
  for (std::size_t at = 0; (at = line.find("://", at)) != std::string::npos;) {
    at += 3;
    auto const host = line.substr(at, line.find_first_of("/?# ", at) - at);
    if (auto const user = host.rfind('@'); user != std::string::npos) line.erase(at, user + 1);
  }
  return printable(line.substr(0, 200));
}

std::unique_ptr<FrameStream> make_rtsp_stream(Clock const& clock, CameraSpec const& spec) {
  return std::make_unique<RtspStream>(clock, spec);
}

}  // namespace snapcron
