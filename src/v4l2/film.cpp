#include "v4l2/film.hpp"

#include "core/quantity.hpp"
#include "v4l2/device.hpp"
#include "v4l2/encoding.hpp"
#include "v4l2/picking.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace snapcron {
namespace {

Steady now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

class Film {
 public:
  Film(FilmSpec const& spec, VideoDevice device, Handover& handover)
      : spec_(spec),
        device_(std::move(device)),
        handover_(handover),
        begun_(now()),
        last_buffer_(begun_),
        last_frame_(begun_),
        picking_(spec.settling, begun_ + spec.timeout / 2, spec.fps) {}

  Result<void> run() {
    if (auto const started = device_.start(); !started) return started;
    for (;;) {
      auto const waited = wait();
      if (waited == Wait::stop) return {};
      if (auto const late = too_late()) return *late;
      auto const buffer = device_.take();
      if (!buffer) return buffer.error();
      if (buffer->bytes.data() == nullptr) {
        if (waited == Wait::broken)
          return Error{Fault::gone, said("the device broke off: was the camera unplugged?")};
        continue;
      }
      last_buffer_ = now();
      auto const looked = look_at(*buffer);
      // Also one that is broken: a device that gets no buffers back stops for good.
      if (auto const given = device_.give_back(buffer->index); !given) return given;
      if (!looked) return looked;
    }
  }

 private:
  enum class Wait { ready, stop, broken };

  Wait wait() const {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline() - now()).count();
    std::array<pollfd, 2> waiting{
        {{device_.descriptor(), POLLIN, 0}, {handover_.stop_descriptor(), POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(),
           static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
    if (waiting[1].revents != 0) return Wait::stop;
    return (waiting[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? Wait::broken : Wait::ready;
  }

  Steady deadline() const {
    auto const frame = last_frame_ + spec_.timeout;
    return frames_ == 0 ? frame : std::min(frame, last_buffer_ + spec_.stall_timeout);
  }

  std::optional<Error> too_late() const {
    auto const at = now();
    if (frames_ > 0 && at >= last_buffer_ + spec_.stall_timeout)
      return Error{Fault::timed_out, said("nothing more came for " + to_text(spec_.stall_timeout) +
                                          ": is the camera still plugged in?")};
    if (at < last_frame_ + spec_.timeout) return std::nullopt;
    auto const none = "no picture within " + to_text(spec_.timeout);
    if (broken_ > 0)
      return Error{Fault::timed_out,
                   said(none + ": all " + std::to_string(broken_) +
                        " frames were damaged or cut off, mostly a matter of the cable, the hub "
                        "or too little power")};
    return Error{Fault::timed_out, said(none + ": the device streams, but sends nothing")};
  }

  Result<void> look_at(VideoDevice::Buffer const& buffer) {
    auto const taken = taken_at(buffer.facts, last_buffer_);
    auto const verdict = picking_.judge(buffer.facts, taken);
    if (verdict == Verdict::broken) {
      ++broken_;
      return {};
    }
    ++frames_;
    broken_ = 0;
    last_frame_ = last_buffer_;
    if (verdict == Verdict::not_wanted) return {};
    auto jpeg = std::make_shared<std::string const>(jpeg_of(device_.mode(), buffer.bytes));
    if (jpeg->size() > spec_.max_bytes)
      return Error{Fault::failed, said("a frame is larger than " + std::to_string(spec_.max_bytes) +
                                       " bytes (max_size)")};
    handover_.put({std::move(jpeg), taken});
    return {};
  }

  std::string said(std::string const& text) const { return spec_.camera.device + ": " + text; }

  FilmSpec const& spec_;
  VideoDevice device_;
  Handover& handover_;
  Steady begun_, last_buffer_, last_frame_;  // the latter of whole frames
  Picking picking_;
  std::uint64_t frames_ = 0;  // whole ones
  std::uint64_t broken_ = 0;  // since the last whole one
};

}  // namespace

Result<void> film(FilmSpec const& spec, Handover& handover) {
  auto device = VideoDevice::open(spec.camera);
  if (!device) return device.error();
  return Film{spec, std::move(*device), handover}.run();
}

}  // namespace snapcron
