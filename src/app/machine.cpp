#include "app/machine.hpp"

#include <array>
#include <fstream>
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

std::string boot_id() { return first_line("/proc/sys/kernel/random/boot_id"); }

}  // namespace snapcron
