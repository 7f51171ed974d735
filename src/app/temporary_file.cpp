#include "app/temporary_file.hpp"

#include <fcntl.h>

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace snapcron {

TemporaryFile::TemporaryFile(std::string_view content) {
  std::error_code none;
  auto name = (std::filesystem::temp_directory_path(none) / "snapcron-XXXXXX").string();
  int const fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return;
  bool const whole =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(fd);
  if (whole)
    path_ = name;
  else
    ::unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace snapcron
