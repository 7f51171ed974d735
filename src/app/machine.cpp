#include "app/machine.hpp"

#include <array>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace snapcron {
namespace {

std::string first_line(char const* file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

std::string machine_id() {
  auto id = first_line("/etc/machine-id");
  if (!id.empty()) return id;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::string boot_id() {
  auto id = first_line("/proc/sys/kernel/random/boot_id");
  if (!id.empty()) return id;
  struct statx run {};
  if (::statx(AT_FDCWD, "/run", 0, STATX_BTIME, &run) != 0 || !(run.stx_mask & STATX_BTIME))
    return {};
  return "run-" + std::to_string(run.stx_btime.tv_sec) + "." +
         std::to_string(run.stx_btime.tv_nsec);
}

}  // namespace snapcron
