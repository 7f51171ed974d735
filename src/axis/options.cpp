#include "axis/options.hpp"

#include "axis/reader.hpp"
#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <set>

namespace snapcron {

std::optional<unsigned> axis_number(std::string_view text) {
  if (text.empty() || text.size() > 6 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  unsigned number = 0;
  for (char const c : text) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

std::optional<Duration> axis_time(std::string_view text) {
  auto const written = small(text);
  std::string_view rest{written};
  if (rest.starts_with("fps")) {
    auto const frames = axis_number(rest.substr(3));
    if (!frames || *frames == 0 || *frames > 1000) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::milliseconds{1000 / *frames});
  }
  std::chrono::seconds time{};
  for (auto const& [letter, unit] : {std::pair{'h', 3600}, std::pair{'m', 60}, std::pair{'s', 1}}) {
    if (!rest.starts_with(letter)) continue;
    auto const end = std::min(rest.find_first_of("hms", 1), rest.size());
    auto const count = axis_number(rest.substr(1, end - 1));
    if (!count) return std::nullopt;
    time += std::chrono::seconds{std::int64_t{*count} * unit};
    rest.remove_prefix(end);
  }
  if (!rest.empty() || text.empty()) return std::nullopt;
  return time;
}

AxisOption const* AxisOptions::find(std::string_view name) {
  known_.push_back("-" + std::string{name});
  auto const found = std::ranges::find_if(
      command_.options, [&](AxisOption const& option) { return option.name.text == name; });
  return found == command_.options.end() ? nullptr : &*found;
}

bool AxisOptions::has(std::string_view name) {
  return find(name) != nullptr;
}

AxisWord const* AxisOptions::value(std::string_view name) {
  auto const* option = find(name);
  if (option == nullptr) return nullptr;
  if (option->value) return &*option->value;
  mistakes_.error(option->name.at, "'-" + std::string{name} + "' needs a value");
  return nullptr;
}

std::optional<unsigned> AxisOptions::number(std::string_view name, unsigned least, unsigned most) {
  auto const* given = value(name);
  if (given == nullptr) return std::nullopt;
  auto const number = axis_number(given->text);
  if (number && *number >= least && *number <= most) return number;
  mistakes_.error(given->at, "'-" + std::string{name} + "' must be a number from " +
                                 std::to_string(least) + " to " + std::to_string(most) + ", not " +
                                 snapcron::quoted(given->text));
  return std::nullopt;
}

std::optional<Duration> AxisOptions::time(std::string_view name) {
  auto const* given = value(name);
  if (given == nullptr) return std::nullopt;
  auto const time = axis_time(given->text);
  if (time && *time > Duration::zero()) return time;
  mistakes_.error(given->at, "'-" + std::string{name} +
                                 "' must be a time such as s30 or m6s40, not " +
                                 snapcron::quoted(given->text));
  return std::nullopt;
}

bool AxisOptions::flag(std::string_view name) {
  auto const* option = find(name);
  if (option == nullptr) return false;
  if (option->value)
    mistakes_.error(option->value->at, "'-" + std::string{name} +
                                           "' takes no value: is a ';' missing before " +
                                           snapcron::quoted(option->value->text) + "?");
  return true;
}

AxisWord const* AxisOptions::word() {
  return words_ < command_.words.size() ? &command_.words[words_++] : nullptr;
}

std::vector<AxisOption> const& AxisOptions::all() {
  any_ = true;
  return command_.options;
}

void AxisOptions::finish() const {
  std::set<std::string_view> seen;
  for (auto const& option : command_.options) {
    auto const name = "-" + option.name.text;
    if (!any_ && std::ranges::find(known_, name) == known_.end())
      mistakes_.error(
          option.name.at,
          snapcron::quoted(command_.name.text) + " has no option " + snapcron::quoted(name),
          nearest_word(name, known_).value_or(""));
    else if (!seen.insert(option.name.text).second)
      mistakes_.error(option.name.at, "the option " + snapcron::quoted(name) + " stands twice");
  }
  if (words_ < command_.words.size())
    mistakes_.error(command_.words[words_].at,
                    snapcron::quoted(command_.words[words_].text) + " does not belong to " +
                        snapcron::quoted(command_.name.text) + ": is a ';' missing before it?");
}

}  // namespace snapcron
