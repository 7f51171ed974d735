#include "config/scan.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace snapcron {
namespace {

constexpr std::size_t most_reported = 20;     // bytes: a binary file is told in a screenful
constexpr std::size_t most_misshapen = 1000;  // tabs, and odd spaces

/// Characters that a reader of the file does not see, or that change how the line looks to them.
bool is_invisible(char32_t c) {
  return (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

/// Spaces to the eye, letters to YAML.
bool is_odd_space(char32_t c) {
  return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool ends_line(std::string_view text, std::size_t i) {
  return i >= text.size() || text[i] == '\n' || text[i] == '\r';
}

/// Walks over a text line by line, telling apart quotes, comments, block scalars and plain text.
class ShapeScanner {
 public:
  explicit ShapeScanner(std::string_view text) : text_{text} {}

  Shape scan() {
    while (i_ < text_.size()) {
      indentation();
      content();
    }
    return std::move(shape_);
  }

 private:
  void indentation() {
    std::size_t tab = npos;
    line_ = i_;
    for (; i_ < text_.size() && is_blank(text_[i_]); ++i_)
      if (text_[i_] == '\t' && tab == npos) tab = i_;
    indent_ = i_ - line_;
    if (tab != npos && !ends_line(text_, i_) && text_[i_] != '#' &&
        shape_.tabs.size() < most_misshapen)
      shape_.tabs.push_back(tab);
    begins_ = true;
  }

  /// From the first character of a line's content over its line end (or that of a later line, where
  /// a quote or a block scalar ends).
  void content() {
    while (i_ < text_.size()) {
      char const c = text_[i_];
      if (c == '\n') {
        ++i_;
        return;
      }
      if (c == '#' && (i_ == line_ || is_blank(text_[i_ - 1]))) {
        i_ = std::min(text_.find('\n', i_), text_.size());
      } else if (begins_ && (c == '"' || c == '\'')) {
        quote();
      } else if (begins_ && flow_ == 0 && (c == '|' || c == '>') && is_block_header()) {
        block();
        return;
      } else {
        plain(c);
      }
    }
  }

  void quote() {
    auto const open = i_;
    auto const close = closing_quote(text_, open);
    if (close == npos) {
      if (!shape_.open_quote) shape_.open_quote = open;
      i_ = text_.size();
      return;
    }
    i_ = close + 1;
    begins_ = false;
    auto follower = i_;
    while (follower < text_.size() && is_blank(text_[follower])) ++follower;
    bool const fits =
        ends_line(text_, follower) || std::string_view{",]}:#"}.find(text_[follower]) != npos;
    bool const several_lines = text_.substr(open, close - open).find('\n') != npos;
    if (!fits && several_lines && !shape_.open_quote) shape_.open_quote = open;
  }

  bool is_block_header() const {
    auto i = i_ + 1;
    while (i < text_.size() && std::string_view{"+-0123456789"}.find(text_[i]) != npos) ++i;
    auto const after = i;
    while (i < text_.size() && is_blank(text_[i])) ++i;
    return ends_line(text_, i) || (i > after && text_[i] == '#');
  }

  /// Over the lines of a block scalar: those indented like its first one.
  void block() {
    auto const next_line = [&](std::size_t from) {
      auto const end = text_.find('\n', from);
      return end == npos ? text_.size() : end + 1;
    };
    auto const parent = indent_;
    std::optional<std::size_t> indent;
    for (i_ = next_line(i_); i_ < text_.size(); i_ = next_line(i_)) {
      auto first = i_;
      while (first < text_.size() && text_[first] == ' ') ++first;
      if (ends_line(text_, first)) continue;
      if (!indent) indent = first - i_;
      if (first - i_ < *indent || *indent <= parent) return;
    }
  }

  void plain(char c) {
    auto const next = i_ + 1;
    bool const spaced = ends_line(text_, next) || is_blank(text_[next]);
    // Blanks, dashes and question marks before an item's first word change nothing.
    bool const idle = is_blank(c) || (begins_ && (c == '-' || c == '?') && spaced);
    if (idle) {
      ++i_;
      return;
    }
    if ((begins_ || flow_ > 0) && (c == '[' || c == '{')) {
      ++flow_;
      begins_ = true;
    } else if (flow_ > 0 && (c == ']' || c == '}')) {
      --flow_;
      begins_ = false;
    } else if ((flow_ > 0 && c == ',') || (c == ':' && (spaced || after_quote()))) {
      begins_ = true;
    } else if (begins_ && (c == '&' || c == '!')) {
      while (i_ + 1 < text_.size() && !is_blank(text_[i_ + 1]) && !ends_line(text_, i_ + 1)) ++i_;
    } else {
      begins_ = false;
      if (flow_ > 0 && c == '?') shape_.question_marks.push_back(i_);
      auto const character = character_at(text_, i_);
      if (is_odd_space(character.code) && shape_.odd_spaces.size() < most_misshapen)
        shape_.odd_spaces.push_back(i_);
      i_ += std::max<std::size_t>(character.length, 1);
      return;
    }
    ++i_;
  }

  bool after_quote() const { return i_ > 0 && (text_[i_ - 1] == '"' || text_[i_ - 1] == '\''); }

  std::string_view text_;
  Shape shape_;
  std::size_t i_ = 0;
  std::size_t line_ = 0;    // where the present line begins
  std::size_t indent_ = 0;  // of the present line
  std::size_t flow_ = 0;    // how many [ and { are open
  bool begins_ = true;      // a value or key may begin here
};

}  // namespace

std::string code_point(char32_t code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code));
  return text.data();
}

Character character_at(std::string_view text, std::size_t offset) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  if (offset >= text.size()) return {};
  unsigned char const lead = byte(0);
  if (lead < 0x80) return {1, lead};
  std::size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || offset + length > text.size()) return {};
  char32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {};
    code = (code << 6u) | (byte(i) & 0x3fu);
  }
  bool const shortest = code >= (length == 4 ? 0x10000u : length == 3 ? 0x800u : 0x80u);
  if (!shortest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {length, code};
}

bool check_characters(Source const& source, std::vector<Diagnostic>& diagnostics) {
  std::string_view const text{source.text()};
  std::size_t found = 0;
  auto const error = [&](std::size_t offset, std::string message) {
    if (++found <= most_reported)
      diagnostics.push_back(source.diagnostic(Diagnostic::Severity::error, source.position(offset),
                                              std::move(message)));
  };
  std::size_t i = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (i < text.size() && found <= most_reported) {
    auto const character = character_at(text, i);
    if (character.length == 0) {
      error(i, "this byte is not UTF-8: save the file in UTF-8");
      // One message for a run of such bytes: a text in Latin-1 has them one by one, UTF-16
      // everywhere.
      while (i < text.size() && character_at(text, i).length == 0) ++i;
      continue;
    }
    auto const c = character.code;
    if (c == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n'))
      error(i, "a carriage return without a line feed: save the file with Unix line ends");
    else if (c < 0x20 && c != '\n' && c != '\t' && c != '\r')
      error(i, "control character " + code_point(c) + " in the text");
    else if (is_invisible(c))
      error(i, "invisible character " + code_point(c) + " in the text");
    i += character.length;
  }
  return found == 0;
}

std::size_t closing_quote(std::string_view text, std::size_t open) {
  char const quote = text[open];
  for (auto i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i;
      ++i;
    }
  }
  return npos;
}

Shape scan_shape(std::string_view text) {
  return ShapeScanner{text}.scan();
}

}  // namespace snapcron
