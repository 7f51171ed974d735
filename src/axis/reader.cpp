#include "axis/reader.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

constexpr std::string_view sign_for_nul = "\u2400";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_name(char c) {
  return is_alphanumeric(c) || c == '_';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  c = lower(c);
  if (c < 'a' || c > 'f') return std::nullopt;
  return static_cast<unsigned>(c - 'a' + 10);
}

}  // namespace

std::string small(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

void AxisReader::advance(std::size_t count) {
  for (; count > 0 && !at_end(); --count) {
    char const c = text_[place_.offset++];
    place_.begins_line = c == '\n' || (place_.begins_line && is_space(c));
    place_.at = c == '\n' ? Position{place_.at.line + 1, 1}
                          : Position{place_.at.line, place_.at.column + 1};
  }
}

void AxisReader::skip_space() {
  take_while(is_space);
}

std::vector<std::string> AxisReader::comments() {
  std::vector<std::string> lines;
  for (skip_space(); peek() == '#'; skip_space()) {
    advance();
    auto line = take_while([](char c) { return c != '\n'; });
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    lines.push_back(printable(line));
  }
  return lines;
}

std::string AxisReader::name() {
  return small(take_while(is_name));
}

std::string AxisReader::next_name() const {
  auto end = place_.offset;
  while (end < text_.size() && is_name(text_[end])) ++end;
  return small(ahead(end - place_.offset));
}

std::optional<AxisWord> AxisReader::word() {
  if (peek() == '"') return quoted_text();
  AxisWord word{.text = {}, .at = here()};
  word.text = take_while([](char c) { return !is_space(c) && c != ';' && c != '"'; });
  return word;
}

std::optional<AxisWord> AxisReader::quoted_text() {
  AxisWord word{.text = {}, .at = here()};
  advance();
  while (peek() != '"') {
    if (at_end() || (at_ending() && alone_on_its_line())) {
      mistakes_.error(word.at, "this quote is never closed");
      return std::nullopt;
    }
    if (peek() == '\n' || peek() == '\r') {
      // Broken by whoever set the page, or by an editor: with the blanks around it, a space.
      while (!word.text.empty() && is_space(word.text.back())) word.text.pop_back();
      skip_space();
      word.text += ' ';
    } else if (peek() == '\\') {
      escape(word);
    } else {
      word.text += peek();
      advance();
    }
  }
  advance();
  return word;
}

bool AxisReader::alone_on_its_line() const {
  auto const line = ahead(text_.find('\n', place_.offset) - place_.offset);
  return std::ranges::all_of(line.substr(1), is_space);
}

/// `\"` and `\0xNN`; any other backslash is one.
void AxisReader::escape(AxisWord& word) {
  auto const at = here();
  auto& text = word.text;
  if (following() == '"') {
    text += '"';
    return advance(2);
  }
  auto const escaped = ahead(5);
  auto const high = escaped.size() == 5 ? hex_digit(escaped[3]) : std::nullopt;
  auto const low = escaped.size() == 5 ? hex_digit(escaped[4]) : std::nullopt;
  if (small(escaped.substr(0, 3)) != "\\0x" || !high || !low) {
    text += '\\';
    return advance();
  }
  auto const byte = *high * 16 + *low;
  advance(5);
  if (byte > 0 && byte < 0x80) {
    text += static_cast<char>(byte);
    return;
  }
  if (!word.byte) word.byte = at;
  if (byte == 0)
    text += sign_for_nul;
  else
    (text += static_cast<char>(0xc0 | (byte >> 6))) += static_cast<char>(0x80 | (byte & 0x3f));
}

}  // namespace snapcron
