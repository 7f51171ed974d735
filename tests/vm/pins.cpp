// The hand on the simulator's pins, inside the VM. Static, and without libgpiod: it must not share
// a mistake with what it tests.
//
//   pins toggle PULLFILE COUNT GAP_US     toggles an input COUNT times, at least GAP_US apart, from
//   its present level pins watch VALUEFILE MS               prints the levels an output shows
//   during MS: "1", or "1 0 1" pins hold DEVICE OFFSET NAME          holds a line as consumer NAME
//   until it is killed

#include <fcntl.h>
#include <linux/gpio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

int open_or_die(char const* path, int flags) {
  int const fd = ::open(path, flags | O_CLOEXEC);
  if (fd < 0) {
    std::perror(path);
    std::exit(1);
  }
  return fd;
}

std::string content(int fd) {
  char text[32] = {};
  auto const size = ::pread(fd, text, sizeof text - 1, 0);
  while (size > 0 && text[std::strlen(text) - 1] == '\n') text[std::strlen(text) - 1] = 0;
  return text;
}

int toggle(char const* file, int count, std::chrono::microseconds gap) {
  int const fd = open_or_die(file, O_RDWR);
  bool up = content(fd) == "pull-up";
  for (int i = 0; i < count; ++i) {
    up = !up;
    std::string_view const pull = up ? "pull-up" : "pull-down";
    if (::pwrite(fd, pull.data(), pull.size(), 0) < 0) {
      std::perror(file);
      return 1;
    }
    // From the end of the write: never closer than the gap, even if this CPU was held up.
    if (gap.count() > 0) std::this_thread::sleep_for(gap);
  }
  return 0;
}

int watch(char const* file, std::chrono::milliseconds time) {
  int const fd = open_or_die(file, O_RDONLY);
  std::string seen, last;
  for (auto const end = Clock::now() + time; Clock::now() < end;) {
    auto const now = content(fd);
    if (now == last) continue;
    seen += (seen.empty() ? "" : " ") + now;
    last = now;
  }
  std::puts(seen.c_str());
  return 0;
}

int hold(char const* device, unsigned offset, char const* name) {
  gpio_v2_line_request request{};
  request.offsets[0] = offset;
  request.num_lines = 1;
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT;
  std::strncpy(request.consumer, name, sizeof request.consumer - 1);
  if (::ioctl(open_or_die(device, O_RDWR), GPIO_V2_GET_LINE_IOCTL, &request) != 0) {
    std::perror(device);
    return 1;
  }
  std::puts("held");
  std::fflush(stdout);
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view const what = argc > 1 ? argv[1] : "";
  if (what == "toggle" && argc == 5)
    return toggle(argv[2], std::atoi(argv[3]), std::chrono::microseconds{std::atol(argv[4])});
  if (what == "watch" && argc == 4)
    return watch(argv[2], std::chrono::milliseconds{std::atol(argv[3])});
  if (what == "hold" && argc == 5)
    return hold(argv[2], static_cast<unsigned>(std::atoi(argv[3])), argv[4]);
  std::fputs("usage: pins toggle FILE COUNT GAP_US | watch FILE MS | hold DEVICE OFFSET NAME\n",
             stderr);
  return 2;
}
