#include "jpeg/describe_body.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <array>

namespace snapcron {
namespace {

constexpr std::size_t looked_at = 4096;
constexpr std::size_t most_words = 120;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

/// The words of a text without tags and with single spaces.
std::string words(std::string_view text) {
  std::string result;
  bool tag = false;
  for (char const c : text) {
    if (c == '<') tag = true;
    bool const space = is_space(c) || tag;
    if (c == '>') tag = false;
    if (space && (result.empty() || result.back() == ' ')) continue;
    result += space ? ' ' : c;
    if (result.size() >= most_words) break;
  }
  if (result.ends_with(' ')) result.pop_back();
  return printable(result);
}

std::string html_words(std::string_view body) {
  auto const small = lowered(body);
  auto const title = small.find("<title");
  if (title != std::string::npos) {
    auto const begin = small.find('>', title);
    auto const end = small.find("</title", title);
    if (begin != std::string::npos && end != std::string::npos && end > begin)
      return words(body.substr(begin + 1, end - begin - 1));
  }
  auto const content = small.find("<body");
  return words(body.substr(content == std::string::npos ? 0 : content));
}

std::string with(std::string kind, std::string const& words) {
  return words.empty() ? kind : kind + ": " + words;
}

bool is_text(std::string_view body) {
  return std::ranges::none_of(body, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !is_space(c)) || c == 0x7f;
  });
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    if (!result.empty()) result += ' ';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

struct Magic {
  std::string_view begin;
  std::string_view words;
};
constexpr std::array magics = {
    Magic{"\x89PNG", "a PNG, not a JPEG"},
    Magic{"GIF8", "a GIF, not a JPEG"},
    Magic{"RIFF", "a RIFF file (WebP or AVI), not a JPEG"},
    Magic{"BM", "a BMP, not a JPEG"},
    Magic{"\x1f\x8b", "compressed with gzip, not a JPEG"},
};

}  // namespace

std::string describe_body(std::string_view body) {
  if (body.empty()) return "empty";
  for (auto const& magic : magics) {
    if (body.starts_with(magic.begin)) return std::string{magic.words};
  }
  auto const whole = body;
  body = body.substr(0, looked_at);
  auto text = body;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  auto const small = lowered(text.substr(0, 512));
  if (text.starts_with("--") && small.find("content-type:") != std::string::npos)
    return "a stream of many pictures (multipart), not one JPEG; use the camera's address for "
           "stills";
  if (small.starts_with("<!doctype html") || small.find("<html") != std::string::npos)
    return with("HTML, not a JPEG", html_words(text));
  if (text.starts_with("<")) return with("XML, not a JPEG", words(text));
  if (text.starts_with("{") || text.starts_with("[")) return with("JSON, not a JPEG", words(text));
  if (is_text(body)) return with("text, not a JPEG", words(text));
  return "not a JPEG (" + std::to_string(whole.size()) + " bytes that begin with " +
         hex(whole.substr(0, 8)) + ")";
}

}  // namespace snapcron
