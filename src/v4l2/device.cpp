#include "v4l2/device.hpp"

#include "v4l2/trouble.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace snapcron {
namespace {

constexpr std::uint32_t wanted_buffers = 4;
constexpr std::uint32_t most_formats = 64;
constexpr auto capture = V4L2_BUF_TYPE_VIDEO_CAPTURE;

/// 0, or the errno.
template <class Argument>
int control(int fd, unsigned long request, Argument& argument) {
  while (::ioctl(fd, request, &argument) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

std::vector<FourCc> offered_formats(int fd) {
  std::vector<FourCc> offered;
  for (std::uint32_t index = 0; index < most_formats; ++index) {
    v4l2_fmtdesc description{};
    description.index = index;
    description.type = capture;
    if (control(fd, VIDIOC_ENUM_FMT, description) != 0) break;
    offered.push_back(description.pixelformat);
  }
  return offered;
}

bool is_full_range(v4l2_pix_format const& format) {
  if (format.quantization != V4L2_QUANTIZATION_DEFAULT)
    return format.quantization == V4L2_QUANTIZATION_FULL_RANGE;
  return format.colorspace == V4L2_COLORSPACE_JPEG;
}

v4l2_buffer empty_buffer(std::uint32_t index = 0) {
  v4l2_buffer buffer{};
  buffer.type = capture;
  buffer.memory = V4L2_MEMORY_MMAP;
  buffer.index = index;
  return buffer;
}

}  // namespace

Error VideoDevice::trouble(std::string const& attempted, int code) const {
  return device_trouble(camera_.device, attempted, code);
}

Result<VideoDevice> VideoDevice::open(V4l2Camera const& camera) {
  Descriptor fd{::open(camera.device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  if (fd.get() < 0) return open_trouble(camera.device, errno);
  VideoDevice device{std::move(fd), camera};
  if (auto const kind = device.check_kind(); !kind) return kind.error();
  if (auto const mode = device.choose_mode(); !mode) return mode.error();
  if (auto const mapped = device.map_buffers(); !mapped) return mapped.error();
  return device;
}

VideoDevice::~VideoDevice() {
  if (fd_.get() < 0) return;
  int type = capture;
  control(fd_.get(), VIDIOC_STREAMOFF, type);
  for (auto const& buffer : buffers_) ::munmap(buffer.data(), buffer.size());
}

Result<void> VideoDevice::check_kind() const {
  v4l2_capability can{};
  int const code = control(fd_.get(), VIDIOC_QUERYCAP, can);
  auto const refuse = [this](std::string const& why) {
    return Error{Fault::invalid, camera_.device + ": " + why};
  };
  if (code == ENOTTY || code == EINVAL) return refuse("it is no video device");
  if (code != 0) return trouble("ask what it is", code);
  auto const able =
      (can.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? can.device_caps : can.capabilities;
  if ((able & V4L2_CAP_VIDEO_CAPTURE) == 0) {
    if ((able & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0)
      return refuse(
          "it gives frames in several planes, as the parts of an image processor do: use a "
          "'command' for it, such as rpicam-still");
    return refuse(
        "it gives no pictures: many cameras have a second device for other data, try the one "
        "before it, or the one of /dev/v4l/by-id that ends with -index0");
  }
  if ((able & V4L2_CAP_STREAMING) == 0)
    return refuse("its driver cannot stream into shared buffers");
  return {};
}

Result<void> VideoDevice::choose_mode() {
  auto const offered = offered_formats(fd_.get());
  auto const format = choose_format(offered);
  if (!format) return Error{Fault::invalid, camera_.device + ": " + no_format_text(offered)};
  if (auto const set = set_size(*format); !set) return set;
  if (camera_.fps) set_rate();
  return {};
}

Result<void> VideoDevice::set_size(FourCc format) {
  v4l2_format wanted{};
  wanted.type = capture;
  auto& pixels = wanted.fmt.pix;
  pixels.width = camera_.width;
  pixels.height = camera_.height;
  pixels.pixelformat = format;
  pixels.field = V4L2_FIELD_NONE;
  if (int const code = control(fd_.get(), VIDIOC_S_FMT, wanted); code != 0)
    return trouble("set the size of its pictures", code);
  if (pixels.pixelformat != format)
    return Error{Fault::failed, camera_.device + ": it offers " + to_text(format) + ", but gives " +
                                    to_text(pixels.pixelformat)};
  mode_ = {.format = format,
           .width = pixels.width,
           .height = pixels.height,
           .stride = std::max(pixels.bytesperline, (pixels.width + 1) / 2 * 4),
           .full_range = is_full_range(pixels)};
  return {};
}

/// A device that cannot be told keeps its own rate.
void VideoDevice::set_rate() const {
  v4l2_streamparm rate{};
  rate.type = capture;
  rate.parm.capture.timeperframe = {1, *camera_.fps};
  control(fd_.get(), VIDIOC_S_PARM, rate);
}

Result<void> VideoDevice::map_buffers() {
  v4l2_requestbuffers request{};
  request.count = wanted_buffers;
  request.type = capture;
  request.memory = V4L2_MEMORY_MMAP;
  if (int const code = control(fd_.get(), VIDIOC_REQBUFS, request); code != 0)
    return trouble("get buffers from its driver", code);
  if (request.count < 2) return trouble("get two buffers from its driver", ENOMEM);
  for (std::uint32_t index = 0; index < request.count; ++index) {
    auto buffer = empty_buffer(index);
    if (int const code = control(fd_.get(), VIDIOC_QUERYBUF, buffer); code != 0)
      return trouble("ask for its buffers", code);
    void* const memory = ::mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED,
                                fd_.get(), static_cast<off_t>(buffer.m.offset));
    if (memory == MAP_FAILED) return trouble("map its buffers", errno);
    buffers_.emplace_back(static_cast<char*>(memory), buffer.length);
  }
  return {};
}

Result<void> VideoDevice::start() {
  for (std::uint32_t index = 0; index < buffers_.size(); ++index)
    if (auto const given = give_back(index); !given) return given;
  int type = capture;
  if (int const code = control(fd_.get(), VIDIOC_STREAMON, type); code != 0)
    return trouble("start the stream", code);
  return {};
}

Result<VideoDevice::Buffer> VideoDevice::take() {
  auto filled = empty_buffer();
  int const code = control(fd_.get(), VIDIOC_DQBUF, filled);
  if (code == EAGAIN) return Buffer{};
  if (code != 0) return trouble("get a frame", code);
  if (filled.index >= buffers_.size()) return trouble("get a frame", ERANGE);
  auto const& memory = buffers_[filled.index];
  auto const used = std::min<std::size_t>(filled.bytesused, memory.size());
  Buffer buffer{.index = filled.index, .bytes = {memory.data(), used}, .facts = {}};
  buffer.facts.damaged =
      (filled.flags & V4L2_BUF_FLAG_ERROR) != 0 || !is_frame(mode_, buffer.bytes);
  buffer.facts.monotonic =
      (filled.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  buffer.facts.stamp = filled.timestamp;
  return buffer;
}

Result<void> VideoDevice::give_back(std::uint32_t index) {
  auto buffer = empty_buffer(index);
  if (int const code = control(fd_.get(), VIDIOC_QBUF, buffer); code != 0)
    return trouble("give a buffer back", code);
  return {};
}

}  // namespace snapcron
