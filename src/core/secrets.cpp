#include "core/secrets.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace snapcron {
namespace {

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (auto i = begin; i < std::min(end, text.size()); ++i) text[i] = '*';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Blanks out the value that begins at or behind `from`, without its quotes, and says where it
/// ends: behind its second quote, before one of `ends`, or with the line.
std::size_t blank_value(std::string& line, std::size_t from, char const* ends) {
  auto const begin = std::min(line.find_first_not_of(" \t", from), line.size());
  if (begin == line.size()) return begin;
  if (!is_quote(line[begin])) {
    auto const end = std::min(line.find_first_of(ends, begin), line.size());
    blank(line, begin, end);
    return end;
  }
  auto end = begin + 1;
  while (end < line.size() && line[end] != line[begin]) end += line[end] == '\\' ? 2 : 1;
  blank(line, begin + 1, end);
  return std::min(end + 1, line.size());
}

/// Of {NAME: VALUE, ...} the values, so that a mistake in a name can be seen; of anything else all.
void blank_headers(std::string& line, std::size_t from) {
  auto const begin = line.find_first_not_of(" \t", from);
  if (begin == std::string::npos || line[begin] != '{') {
    blank(line, from, line.size());
    return;
  }
  for (auto at = begin; at < line.size() && line[at] != '}';) {
    auto const colon = std::min(line.find(':', at), line.size() - 1);
    at = blank_value(line, colon + 1, ",}");
    if (at < line.size() && line[at] != ',' && line[at] != '}') {  // no YAML that we understand
      blank(line, at, line.size());
      return;
    }
  }
}

}  // namespace

std::string hide_secrets_of_urls(std::string text) {
  for (auto i = text.find("://"); i != std::string::npos; i = text.find("://", i + 3)) {
    auto const end = std::min(text.find_first_of(" \t\"'", i + 3), text.size());
    auto const authority = text.substr(i + 3, text.find_first_of(" \t/?#\"',", i + 3) - i - 3);
    if (auto const at = authority.rfind('@'); at != std::string::npos)
      blank(text, i + 3, i + 3 + at);
    for (auto at = std::min(text.find('?', i), end); at < end;) {
      auto const next = std::min(text.find('&', at + 1), end);
      auto const equals = text.find('=', at);
      blank(text, equals < next ? equals + 1 : at + 1, next);
      at = next;
    }
  }
  return text;
}

std::string hide_secrets(std::string_view line, bool is_header) {
  auto shown = hide_secrets_of_urls(std::string{line});
  if (auto const colon = shown.find(':'); is_header && colon != std::string::npos)
    blank(shown, colon + 1, shown.size());
  auto folded = shown;
  std::ranges::transform(folded, folded.begin(), lower);
  auto const each = [&](std::string_view key, auto const& what) {
    for (auto i = folded.find(key); i != std::string::npos; i = folded.find(key, i + 1))
      what(i + key.size());
  };
  for (auto const* key : {"header:", "headers:"})
    each(key, [&](std::size_t from) { blank_headers(shown, from); });
  for (auto const* key : {"password:", "authorization:", "cookie:", "token:", "secret:", "-key:"})
    each(key, [&](std::size_t from) { blank_value(shown, from, ",}"); });
  for (auto const* key : {"-pass ", "-pass\t"})
    each(key, [&](std::size_t from) { blank_value(shown, from, " ;"); });
  return shown;
}

std::string hide_secrets_in_lines(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    shown += hide_secrets(line);
    if (text.empty()) break;
    shown += '\n';
    text.remove_prefix(1);
  }
  return shown;
}

}  // namespace snapcron
