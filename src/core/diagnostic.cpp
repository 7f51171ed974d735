#include "core/diagnostic.hpp"

#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::size_t widest_line = 160;     // characters; a longer line is shown around the caret
constexpr std::string_view indent = "    ";  // of an excerpt: no other line begins so
constexpr std::size_t longest_word = 64;     // no key is longer; keeps the comparison bounded

/// The line and, below it, a caret. Tabs stay in both, so that they are as wide in one as in the
/// other.
std::string excerpt(std::string_view line, unsigned column) {
  std::size_t const before = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
  auto const is_tab = [](char c) { return c == '\t'; };
  std::vector<std::string> shown;
  std::size_t caret = 0;
  for (std::size_t begin = 0; begin < line.size();) {
    if (begin <= before) caret = shown.size();
    if (is_tab(line[begin])) {
      shown.emplace_back("\t");
      ++begin;
      continue;
    }
    auto const length = static_cast<std::size_t>(std::ranges::find_if(line.substr(begin), is_tab) -
                                                 line.substr(begin).begin());
    auto const run = line.substr(begin, length);
    // The caret's place in the run: as many characters as printable() makes of what stands before.
    if (before >= begin && before < begin + length)
      caret = shown.size() + printable_characters(run.substr(0, before - begin)).size();
    std::ranges::move(printable_characters(run), std::back_inserter(shown));
    begin += length;
  }
  if (before == line.size()) caret = shown.size();

  std::size_t const first =
      caret > widest_line / 2 && shown.size() > widest_line ? caret - widest_line / 2 : 0;
  std::size_t const last = std::min(shown.size(), first + widest_line);
  std::string text{indent}, below{indent};
  if (first > 0) {
    text += "...";
    below += "   ";
  }
  for (std::size_t i = first; i < last; ++i) {
    text += shown[i];
    if (i < caret) below += shown[i] == "\t" ? '\t' : ' ';
  }
  if (last < shown.size()) text += "...";
  return text + "\n" + below + "^\n";
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '_' ? '-' : c;
}

/// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool const same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
          folded(a[i - 2]) == folded(b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// How many edits are still a slip of the fingers in a word of this length.
std::size_t slips(std::size_t length) {
  return length < 3 ? 0 : length < 6 ? 1 : length < 9 ? 2 : 3;
}

}  // namespace

std::string to_text(Diagnostic const& diagnostic) {
  std::string text = printable(diagnostic.file) + ":" + std::to_string(diagnostic.at.line) + ":" +
                     std::to_string(diagnostic.at.column) + ": ";
  text += diagnostic.severity == Diagnostic::Severity::error ? "error: " : "warning: ";
  text += printable(diagnostic.message);
  if (!diagnostic.suggestion.empty())
    text += " (did you mean '" + printable(diagnostic.suggestion) + "'?)";
  text += "\n";
  if (!diagnostic.line.empty()) text += excerpt(diagnostic.line, diagnostic.at.column);
  return text;
}

std::string without_excerpts(std::string_view text) {
  std::string left;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(indent)) left.append(line).append("\n");
  }
  return left;
}

bool has_errors(std::span<Diagnostic const> diagnostics) {
  return std::ranges::any_of(
      diagnostics, [](auto const& d) { return d.severity == Diagnostic::Severity::error; });
}

std::optional<std::string> nearest_word(std::string_view word, std::span<std::string const> known) {
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  std::string const* nearest = nullptr;
  std::size_t least = slips(word.size()) + 1;
  for (auto const& candidate : known) {
    if (candidate.size() > longest_word) continue;
    auto const distance = edit_distance(word, candidate);
    if (distance < least && distance <= slips(std::max(word.size(), candidate.size()))) {
      least = distance;
      nearest = &candidate;
    }
  }
  if (nearest == nullptr) return std::nullopt;
  return *nearest;
}

}  // namespace snapcron
