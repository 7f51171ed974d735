#pragma once
// A text with a name: what positions refer to, and where diagnostics take their line from.

#include "core/diagnostic.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

class Source {
 public:
  Source(std::string name, std::string text);

  std::string const& name() const { return name_; }
  std::string const& text() const { return text_; }
  /// Without its line end; empty for a line that does not exist.
  std::string_view line(unsigned number) const;
  /// Where the byte `offset` of the text stands; an offset past the end is the end.
  Position position(std::size_t offset) const;
  /// The offset of a position; one past the end of the text is the end.
  std::size_t offset(Position at) const;

  /// A diagnostic about this text, complete with the line (left out when it is absurdly long, and
  /// without the passwords, headers and values in addresses that not everybody is to see).
  Diagnostic diagnostic(Diagnostic::Severity severity, Position at, std::string message,
                        std::string suggestion = {}) const;

 private:
  bool is_header(unsigned number) const;

  std::string name_;
  std::string text_;
  std::vector<std::size_t> lines_;  // offset of each line's first byte
  mutable std::size_t shown_ = 0;   // lines handed out in diagnostics; their number is bounded
};

struct FileText {
  std::string text;
  bool others_may_read = false;  // by the mode bits
};

/// Reads a regular file of at most `limit` bytes, and nothing else: a FIFO, a device or a folder is
/// an error, and opening never blocks. The text of the error begins with "cannot read FILE: ".
Result<FileText> read_regular_file(std::filesystem::path const& file, std::size_t limit);

}  // namespace snapcron
