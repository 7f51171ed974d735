#pragma once
// The pictures of a storage folder by what they say of themselves.

#include "imprint/imprint.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace snapcron {

struct StoredPicture {
  std::string path;  // below the storage folder
  std::uint64_t bytes = 0;
  Instant written{};
  Imprint imprint;
};

/// Walks through all folders but hidden ones; follows no symbolic link. Blocks.
class StoredPictures {
 public:
  /// Those that were written before `since` are passed over.
  StoredPictures(std::filesystem::path storage, Instant since);

  /// Looks at a few more files; those among them that were to go somewhere.
  std::vector<StoredPicture> look();
  bool at_end() const { return place_ == std::filesystem::recursive_directory_iterator{}; }

 private:
  void advance();

  std::filesystem::path const storage_;
  Instant const since_;
  std::filesystem::recursive_directory_iterator place_;
};

}  // namespace snapcron
