#pragma once
// Words of users within our own texts: one line, no control characters, bounded.

#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// `text` as it may go to a terminal or a log: each control character (C0, C1, line and paragraph
/// separators, bidirectional overrides) and each byte that is not UTF-8 becomes '?'.
std::string printable(std::string_view text);

/// The same, one string for each character, so that characters can be counted.
std::vector<std::string> printable_characters(std::string_view text);

/// 'text', printable and cut after 60 characters, for error messages. (Write snapcron::quoted for
/// a std::string: std::quoted would be found beside it.)
std::string quoted(std::string_view text);

/// A byte for each character up to U+00FF, and '?' for the others: for a machine that knows no
/// UTF-8. U+2400, the sign for it, is the byte 0, which our texts cannot hold. `text` is UTF-8.
std::string to_latin_1(std::string_view text);

}  // namespace snapcron
