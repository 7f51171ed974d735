#include "axis/reader.hpp"
#include "axis/script.hpp"
#include "axis/times.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

bool is_command(std::string_view name) {
  return std::ranges::find(axis_commands, name) != axis_commands.end();
}

class Parser {
 public:
  explicit Parser(AxisReader in) : in_{std::move(in)} {}

  AxisScript parse() {
    if (in_.ahead(3) == "\xef\xbb\xbf") in_.advance(3);
    while (true) {
      auto comments = in_.comments();
      if (in_.at_end()) {
        if (script_.entries.empty() && in_.mistakes().count() == 0)
          in_.mistakes().error(in_.here(),
                               "the script holds no entry: a trigger, commands and a '%'");
        script_.comments = std::move(comments);
        return std::move(script_);
      }
      if (in_.peek() == '%') {
        in_.mistakes().error(in_.here(), "this '%' ends nothing: an entry begins with its trigger");
        in_.advance();
        continue;
      }
      entry(std::move(comments));
    }
  }

 private:
  void entry(std::vector<std::string> comments) {
    auto const told = in_.mistakes().count();
    AxisEntry entry;
    entry.comments = std::move(comments);
    entry.at = in_.here();
    if (!trigger(entry)) {
      // The commands are read all the same, when it is certain where they begin.
      in_.take_while([](char c) { return c != ':' && c != '\n' && c != '%'; });
      if (in_.peek() != ':') return skip_entry();
      in_.advance();
    }
    while (true) {
      auto before = in_.comments();
      if (in_.at_end()) {
        in_.mistakes().error(entry.at,
                             "this entry is not ended: after its last command a '%' must stand");
        break;
      }
      if (in_.peek() == '%') {
        if (entry.commands.empty() && in_.mistakes().count() == told)
          in_.mistakes().error(in_.here(), "this entry has no command");
        in_.advance();
        break;
      }
      command(entry, std::move(before));
    }
    script_.entries.push_back(std::move(entry));
  }

  void skip_entry() {
    while (!in_.at_end() && !in_.at_ending()) in_.advance();
    in_.advance();
  }

  // ---- triggers ----

  /// True when its colon has been passed, whatever else is wrong with it.
  bool trigger(AxisEntry& entry) {
    for (auto const unit : axis_units) {
      in_.skip_space();
      auto const at = in_.here();
      auto const field = in_.take_while(
          [](char c) { return std::string_view{" \t\r\n:%"}.find(c) == std::string_view::npos; });
      if (field.empty()) {
        in_.mistakes().error(at,
                             "a trigger begins with five time fields, minute, hour, day, month and "
                             "weekday: here are " +
                                 std::to_string(static_cast<unsigned>(unit)));
        return false;
      }
      auto const numbers = parse_axis_field(field, unit);
      if (numbers) {
        entry.times[unit] = *numbers;
        continue;
      }
      in_.mistakes().error(at, numbers.error().text);
      // No trigger at all, rather than a wrong one.
      if (unit == axis_minute && !is_digit(field.front()) && field.front() != '*') return false;
    }
    return inputs(entry);
  }

  /// The sixth field and the colon.
  bool inputs(AxisEntry& entry) {
    in_.skip_space();
    if (in_.peek() == '*') {
      in_.advance();
      in_.skip_space();
    } else if (in_.peek() != ':') {
      bool more = true;
      while (more) {
        if (!term(entry)) return false;
        in_.skip_space();
        more = in_.peek() == '&';
        if (more) in_.advance();
        in_.skip_space();
      }
    }
    if (in_.peek() != ':') {
      in_.mistakes().error(in_.here(), "a ':' must end the trigger");
      return false;
    }
    in_.advance();
    return true;
  }

  /// `BOOT`, or an act and a source, perhaps with blanks in between.
  bool term(AxisEntry& entry) {
    if (in_.next_name() == "boot") {
      in_.name();
      entry.boot = true;
      return true;
    }
    AxisTerm term;
    term.at = in_.here();
    constexpr std::string_view acts{R"(/\10)"};  // in the order of AxisTerm::Act
    auto const act = acts.find(in_.peek());
    if (act == std::string_view::npos || in_.at_end()) return no_term(term.at);
    term.act = static_cast<AxisTerm::Act>(act);
    in_.advance();
    in_.skip_space();
    auto const source = in_.name();
    if (source.size() == 2 && source[0] == 'i' && source[1] >= '1' && source[1] <= '4')
      term.input = static_cast<unsigned>(source[1] - '0');
    else if (source != "b")
      return no_term(term.at);
    if (std::ranges::none_of(entry.terms, [&](auto const& other) { return term.same(other); }))
      entry.terms.push_back(term);
    return true;
  }

  bool no_term(Position at) {
    in_.mistakes().error(
        at,
        "the sixth field is BOOT, or terms joined by '&': '/' (rises), '\\' (falls), '1' (is "
        "high) or '0' (is low), and then I1 to I4 or B");
    return false;
  }

  // ---- commands ----

  void command(AxisEntry& entry, std::vector<std::string> comments) {
    AxisCommand command;
    command.comments = std::move(comments);
    command.name.at = in_.here();
    command.name.text = in_.name();
    if (command.name.text.empty())
      in_.mistakes().error(
          in_.here(), "a command or a '%' must stand here, not " + snapcron::quoted(in_.ahead(1)));
    if (!command.name.text.empty() && arguments(command))
      entry.commands.push_back(std::move(command));
    else
      skip_command();
  }

  void skip_command() {
    while (!in_.at_end() && !in_.at_ending() && in_.peek() != ';') in_.advance();
    if (in_.peek() == ';') in_.advance();
  }

  /// False when they cannot be told apart.
  bool arguments(AxisCommand& command) {
    auto last = in_.here();  // behind the last argument
    for (in_.skip_space(); in_.peek() != ';'; in_.skip_space()) {
      if (in_.at_end() || is_next_line()) {
        in_.mistakes().error(
            last, "a ';' is missing after the command " + snapcron::quoted(command.name.text));
        return true;
      }
      bool right = true;
      if (is_option()) {
        right = option(command);
      } else if (auto argument = in_.word()) {
        command.words.push_back(std::move(*argument));
      } else {
        right = false;
      }
      if (!right) return false;
      last = in_.here();
    }
    in_.advance();
    return true;
  }

  /// A hyphen before a digit is a minus.
  bool is_option() const { return in_.peek() == '-' && !is_digit(in_.following()); }

  /// A line that cannot go on with the command before it.
  bool is_next_line() const {
    return in_.place().begins_line &&
           (in_.peek() == '%' || in_.peek() == '#' || is_command(in_.next_name()));
  }

  bool option(AxisCommand& command) {
    AxisOption option;
    option.name.at = in_.here();
    in_.advance();
    option.name.text = in_.name();
    if (option.name.text.empty())
      in_.mistakes().error(option.name.at, "an option's name must follow the '-'");
    // A value may also stand on the next line.
    auto const behind_name = in_.place();
    in_.skip_space();
    if (in_.at_end() || in_.peek() == ';' || is_option() || is_next_line()) {
      in_.return_to(behind_name);
    } else {
      option.value = in_.word();
      if (!option.value) return false;
      if (small(option.value->text) == "fps") frames_a_second(*option.value);
    }
    command.options.push_back(std::move(option));
    return true;
  }

  /// The one value that may be of two words: `fps 5`.
  void frames_a_second(AxisWord& value) {
    auto const behind = in_.place();
    in_.skip_space();
    if (is_digit(in_.peek()))
      value.text += in_.word()->text;
    else
      in_.return_to(behind);
  }

  AxisReader in_;
  AxisScript script_;
};

}  // namespace

AxisScript parse_axis_script(std::string_view text, std::vector<Diagnostic>& list) {
  AxisMistakes const mistakes{list};
  if (text.size() > longest_axis_script) {
    mistakes.error({},
                   "the script is larger than " + std::to_string(longest_axis_script) + " bytes");
    return {};
  }
  return Parser{AxisReader{text, mistakes}}.parse();
}

}  // namespace snapcron
