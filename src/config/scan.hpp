#pragma once
// What a YAML text must not hold, seen in its bytes before yaml-cpp reads it: yaml-cpp lets most of
// it through, or stumbles over it lines later.

#include "config/source.hpp"
#include "core/diagnostic.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

inline constexpr auto npos = std::string_view::npos;

/// Invalid UTF-8, control and invisible characters: an error for each (the first few). False when
/// there is any, then the text is not worth parsing.
bool check_characters(Source const& source, std::vector<Diagnostic>& diagnostics);

/// The shape of a text as far as lines, quotes and comments go; offsets into it.
struct Shape {
  std::vector<std::size_t> tabs;  // in the indentation of a line with content
  std::vector<std::size_t>
      odd_spaces;  // no-break and other spaces that YAML takes for letters, outside quotes
  /// Question marks that are part of an unquoted text within [] or {}; yaml-cpp ends the text
  /// there.
  std::vector<std::size_t> question_marks;
  /// A quote that is never closed, or is closed some lines later by one that was meant to open
  /// another text. Only a hint: what yaml-cpp says of such a text points somewhere else.
  std::optional<std::size_t> open_quote;
};
Shape scan_shape(std::string_view text);

/// The offset of the quote that closes the one at `open`; npos when none does.
std::size_t closing_quote(std::string_view text, std::size_t open);

/// The UTF-8 character that begins at `offset`: its length and code point; length 0 when invalid.
struct Character {
  std::size_t length = 0;
  char32_t code = 0;
};
Character character_at(std::string_view text, std::size_t offset);

/// "U+00A0"
std::string code_point(char32_t code);

}  // namespace snapcron
