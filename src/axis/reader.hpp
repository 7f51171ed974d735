#pragma once
// The characters of a script one after another: blanks, comments, words and quoted texts.

#include "axis/mistakes.hpp"
#include "axis/script.hpp"
#include "core/ascii.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// ASCII letters made small.
std::string small(std::string_view text);

class AxisReader {
 public:
  AxisReader(std::string_view text, AxisMistakes mistakes) : text_{text}, mistakes_{mistakes} {}

  struct Place {
    std::size_t offset = 0;
    Position at{};
    bool begins_line = true;  // nothing but blanks stands before it on its line
  };
  Place const& place() const { return place_; }
  void return_to(Place const& place) { place_ = place; }
  Position here() const { return place_.at; }
  bool at_end() const { return place_.offset >= text_.size(); }
  /// NUL at the end.
  char peek() const { return at_end() ? '\0' : text_[place_.offset]; }
  /// The character after that.
  char following() const { return ahead(2).size() == 2 ? ahead(2)[1] : '\0'; }
  /// The next characters, fewer at the end.
  std::string_view ahead(std::size_t count) const { return text_.substr(place_.offset, count); }
  void advance(std::size_t count = 1);

  void skip_space();
  /// Skips blanks and takes the comments among them, without their '#'.
  std::vector<std::string> comments();
  /// Goes on while `is` holds for the character, and returns what was passed over.
  template <class Is>
  std::string_view take_while(Is is) {
    auto const begin = place_.offset;
    while (!at_end() && is(peek())) advance();
    return text_.substr(begin, place_.offset - begin);
  }
  /// Letters, digits and '_', made small; empty when there are none.
  std::string name();
  /// The same without going on.
  std::string next_name() const;
  /// A text in quotes, or all up to a blank or a ';'. Nothing with the error told when a quote is
  /// never closed.
  std::optional<AxisWord> word();

  /// A '%' that begins a line: the end of an entry, whatever is missing before it.
  bool at_ending() const { return peek() == '%' && place_.begins_line; }

  AxisMistakes const& mistakes() const { return mistakes_; }

 private:
  std::optional<AxisWord> quoted_text();
  bool alone_on_its_line() const;
  void escape(AxisWord& word);

  std::string_view text_;
  AxisMistakes mistakes_;
  Place place_;
};

}  // namespace snapcron
