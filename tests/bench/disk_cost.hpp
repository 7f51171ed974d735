#pragma once
// What a bench of the disk needs: a folder on it, and what it was given to write.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace snapcron {

/// On $TMPDIR's disk.
inline std::filesystem::path new_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "snapcron-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  return pattern;
}

/// By this process so far, as the block layer counts it (proc(5), io).
inline double written_bytes() {
  std::ifstream io{"/proc/self/io"};
  for (std::string name; io >> name;) {
    double value = 0;
    io >> value;
    if (name == "write_bytes:") return value;
  }
  return 0;
}

}  // namespace snapcron
