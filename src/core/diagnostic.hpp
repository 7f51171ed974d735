#pragma once
// What is wrong with a file, told like a compiler does: file, line, column, the line, a caret.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// Counts from 1; the column in bytes of the line as it stands in the file.
struct Position {
  unsigned line = 1;
  unsigned column = 1;
  friend auto operator<=>(Position const&, Position const&) = default;
};

struct Diagnostic {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  std::string file{};
  Position at{};
  std::string message{};     // "unknown key 'colldown'"
  std::string suggestion{};  // "cooldown", printed as: (did you mean 'cooldown'?)
  std::string line{};        // the text of the line, for the caret; may be empty
};

/// "FILE:LINE:COL: error: MESSAGE (did you mean 'X'?)\n    LINE\n    ^\n"
std::string to_text(Diagnostic const& diagnostic);

/// Of such texts in a row: without what they quote of files, which may hold secrets.
std::string without_excerpts(std::string_view text);

bool has_errors(std::span<Diagnostic const> diagnostics);

/// The word of `known` nearest to `word` by edit distance, if it is close enough to be a slip.
std::optional<std::string> nearest_word(std::string_view word, std::span<std::string const> known);

}  // namespace snapcron
