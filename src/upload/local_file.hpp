#pragma once
// The file that is brought away.

#include "core/error.hpp"
#include "store/folder.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace snapcron::upload {

class LocalFile {
 public:
  /// A regular file; a symbolic link is none.
  static Result<LocalFile> open(std::filesystem::path const& path);

  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

  /// The next bytes, none at the end. Nothing when the disk fails, or the file is shorter than it
  /// was when it was opened: what has begun must not look whole.
  std::optional<std::size_t> read(char* to, std::size_t most);

 private:
  LocalFile(File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  File file_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace snapcron::upload
