#pragma once
// A file that a command needs for a moment, for nobody else to read.

#include <filesystem>
#include <string_view>

namespace snapcron {

/// Removed when this is.
class TemporaryFile {
 public:
  /// The path is empty when it cannot be made.
  explicit TemporaryFile(std::string_view content);
  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;
  ~TemporaryFile();
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace snapcron
