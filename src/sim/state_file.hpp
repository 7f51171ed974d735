#pragma once
// The levels of the simulated outputs, in a file, so that they outlive the process as a board's do.
//
// One record a line, "L PPPPPPPPPP NAME\n": the electrical level (0 or 1), the process that holds
// or last held it, and the line's name. Whoever holds a line has a lock on the first byte of its
// record; the kernel drops that lock with the process, however it ends.

#include "core/error.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snapcron {

/// A held record. Letting go of it keeps the level.
class OutputRecord {
 public:
  /// Locks the record of `line`, made when there is none, and writes `level`. Fault::busy, naming
  /// the process, when another holder lives.
  static Result<OutputRecord> take(std::filesystem::path const& file, std::string const& line,
                                   bool level);
  OutputRecord(OutputRecord&& other) noexcept;
  OutputRecord& operator=(OutputRecord&& other) noexcept;
  ~OutputRecord();

  Result<void> write(bool level);

 private:
  OutputRecord(int file, off_t offset) : file_{file}, offset_{offset} {}

  int file_ = -1;  // its own open file, since the lock belongs to that
  off_t offset_ = 0;
};

/// Name and electrical level of each record; empty when there is no file.
std::vector<std::pair<std::string, bool>> read_levels(std::filesystem::path const& file);

}  // namespace snapcron
