#include "app/process_measures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace snapcron {
namespace {

std::uint64_t open_files() {
  std::error_code failed;
  std::filesystem::directory_iterator const all{"/proc/self/fd", failed};
  if (failed) return 0;
  auto const count = std::distance(all, std::filesystem::directory_iterator{});
  return static_cast<std::uint64_t>(count) - 1;  // without the one that reads this
}

double seconds(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessMeasures process_measures() {
  ProcessMeasures all;
  std::uint64_t total = 0, resident = 0;
  if (std::ifstream pages{"/proc/self/statm"}; pages >> total >> resident) {
    auto const page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    all.virtual_bytes = total * page;
    all.resident_bytes = resident * page;
  }
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    all.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) all.most_files = files.rlim_cur;
  all.open_files = open_files();
  return all;
}

}  // namespace snapcron
