#pragma once
// What can still be read of a damaged journal of pictures.

#include "store/database.hpp"

#include <cstdint>
#include <filesystem>

namespace snapcron {

struct Salvaged {
  std::uint64_t pictures = 0, deliveries = 0;  // rows
  std::int64_t last_picture = 0;               // the highest id
};

/// Copies from the file `damaged`, with the WAL beside it, into the empty tables of `fresh`: row by
/// row from either end up to the first page that cannot be read, and what is certainly nonsense
/// left out. It fails only when `fresh` does.
Result<Salvaged> salvage_journal(std::filesystem::path const& damaged, Database& fresh);

}  // namespace snapcron
