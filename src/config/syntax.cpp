#include "config/syntax.hpp"

#include "core/printable.hpp"

#include <string_view>

namespace snapcron {
namespace {

std::string about_token(char c) {
  if (c == '*') return "a text that begins with '*' needs quotes (in YAML it is an alias)";
  if (c == '&') return "a text that begins with '&' needs quotes (in YAML it is an anchor)";
  return "a text that begins with " + snapcron::quoted(std::string{c}) + " needs quotes";
}

SyntaxError misplaced_value(Source const& source, Position at) {
  auto const before = source.line(at.line).substr(0, at.column - 1);
  if (before.find(": ") != std::string_view::npos)
    return {at, "a second ':' on one line: a text that holds ': ' needs quotes"};
  return {at,
          "this line does not fit the one above: check the indentation, and that a space follows "
          "every ':'"};
}

}  // namespace

SyntaxError explain(Source const& source, YAML::Exception const& e, std::size_t offset,
                    std::optional<Position> open_flow) {
  std::string_view const message{e.msg};
  auto const at = source.position(offset);
  char const here = offset < source.text().size() ? source.text()[offset] : ' ';
  auto const is = [&](char const* words) { return message == words; };
  if (is(YAML::ErrorMsg::MAP_VALUE)) return misplaced_value(source, at);
  if (is(YAML::ErrorMsg::END_OF_MAP) || is(YAML::ErrorMsg::END_OF_SEQ))
    return {at,
            "this does not fit what stands above: check the indentation, and quotes within a text"};
  if (is(YAML::ErrorMsg::END_OF_MAP_FLOW) || is(YAML::ErrorMsg::END_OF_SEQ_FLOW)) {
    bool const map = is(YAML::ErrorMsg::END_OF_MAP_FLOW);
    return {open_flow.value_or(at), map ? "this '{' is not closed, or a ',' is missing in it"
                                        : "this '[' is not closed, or a ',' is missing in it"};
  }
  if (is(YAML::ErrorMsg::UNKNOWN_TOKEN)) return {at, about_token(here)};
  if (message.find("alias") != std::string_view::npos ||
      message.find("anchor") != std::string_view::npos) {
    // The mark may stand after the * or &: take the one before it on this line.
    auto const mark = source.text().find_last_of("*&", offset);
    if (mark == std::string::npos || source.position(mark).line != at.line)
      return {at, about_token('*')};
    return {source.position(mark), about_token(source.text()[mark])};
  }
  if (is(YAML::ErrorMsg::TAB_IN_INDENTATION)) return {at, "a tab in the indentation: use spaces"};
  if (is(YAML::ErrorMsg::BLOCK_ENTRY))
    return {at, "a '-' cannot stand here: begin the list on a line of its own"};
  if (is(YAML::ErrorMsg::MAP_KEY)) return {at, "a key cannot stand here: check the indentation"};
  if (is(YAML::ErrorMsg::FLOW_END))
    return {at, snapcron::quoted(std::string{here}) + " closes nothing"};
  if (is(YAML::ErrorMsg::EOF_IN_SCALAR)) return {at, "the file ends within a quoted text"};
  if (message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE))
    return {at,
            "unknown escape in double quotes: write '\\\\' for a backslash, or use single quotes"};
  return {at, "the YAML is not well-formed: " + std::string{message}};
}

}  // namespace snapcron
