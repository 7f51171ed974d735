// The hand on the virtual camera, inside the VM. Static, and with nothing of ours: it must not
// share a mistake with what it tests.
//
//   video_hand set DEVICE CONTROL     presses the button of that name
//   video_hand hold DEVICE            streams, makes /tmp/held, and waits to be killed

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

template <class Argument>
void must(int fd, unsigned long request, Argument* argument, char const* what) {
  if (::ioctl(fd, request, argument) == 0) return;
  std::perror(what);
  std::exit(1);
}

int set(int fd, char const* name) {
  v4l2_queryctrl query{};
  query.id = V4L2_CTRL_FLAG_NEXT_CTRL;
  while (::ioctl(fd, VIDIOC_QUERYCTRL, &query) == 0) {
    if (std::string_view{reinterpret_cast<char const*>(query.name)} ==
        std::string_view{name}.substr(0, sizeof query.name - 1)) {
      v4l2_control control{query.id, 1};
      must(fd, VIDIOC_S_CTRL, &control, name);
      return 0;
    }
    query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
  std::fprintf(stderr, "there is no control '%s'\n", name);
  return 1;
}

int hold(int fd) {
  v4l2_requestbuffers request{};
  request.count = 2;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  must(fd, VIDIOC_REQBUFS, &request, "VIDIOC_REQBUFS");
  for (unsigned index = 0; index < request.count; ++index) {
    v4l2_buffer buffer{};
    buffer.type = request.type;
    buffer.memory = request.memory;
    buffer.index = index;
    must(fd, VIDIOC_QBUF, &buffer, "VIDIOC_QBUF");
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  must(fd, VIDIOC_STREAMON, &type, "VIDIOC_STREAMON");
  ::close(::open("/tmp/held", O_CREAT | O_WRONLY, 0600));
  for (;;) ::pause();
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  int const fd = ::open(words[2], O_RDWR);
  if (fd < 0) {
    std::perror(words[2]);
    return 1;
  }
  if (std::string_view{words[1]} == "set" && count == 4) return set(fd, words[3]);
  if (std::string_view{words[1]} == "hold") return hold(fd);
  return 2;
}
