#include "core/quantity.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <array>
#include <limits>
#include <optional>

namespace snapcron {
namespace {

using std::chrono::milliseconds;

struct DurationUnit {
  std::string_view name;
  std::int64_t length;  // in milliseconds
};
constexpr std::array<DurationUnit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t longest = 3650 * duration_units[0].length;

struct SizeUnit {
  std::string_view name;
  std::uint64_t size;
};
constexpr std::array<SizeUnit, 9> size_units{{{"B", 1},
                                              {"KB", 1'000},
                                              {"MB", 1'000'000},
                                              {"GB", 1'000'000'000},
                                              {"TB", 1'000'000'000'000},
                                              {"KiB", 1ull << 10},
                                              {"MiB", 1ull << 20},
                                              {"GiB", 1ull << 30},
                                              {"TiB", 1ull << 40}}};
// Sizes end where a signed 64-bit file offset ends.
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

/// Takes the digits at the front of `text`; too many of them give the largest number.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  while (!text.empty() && is_digit(text.front())) {
    auto const digit = static_cast<std::uint64_t>(text.front() - '0');
    number = number > (most - digit) / 10 ? most : number * 10 + digit;
    text.remove_prefix(1);
  }
  return number;
}

/// Takes what stands before the next digit.
std::string_view take_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length])) ++length;
  auto const unit = text.substr(0, length);
  text.remove_prefix(length);
  return unit;
}

Error wrong(char const* what, std::string_view text, std::string const& why) {
  return {Fault::invalid, std::string{what} + " " + quoted(text) + " " + why};
}

/// What is wrong with a text that does not begin with a digit; null when it does.
char const* wrong_beginning(std::string_view text) {
  if (is_digit(text.front())) return nullptr;
  if (text.front() == '-') return "is negative";
  return "does not begin with a number";
}

}  // namespace

Result<Duration> parse_duration(std::string_view const text) {
  auto const fail = [&](std::string const& why) { return wrong("duration", text, why); };
  if (text.empty())
    return Error{Fault::invalid,
                 "a duration is missing: write a number with a unit, such as 500ms, 2s or 1m30s"};
  if (auto const why = wrong_beginning(text))
    return fail(std::string{why} + ": write a number with a unit, such as 500ms, 2s or 1m30s");

  std::int64_t sum = 0;
  std::size_t next_unit = 0;
  for (auto rest = text; !rest.empty();) {
    auto const number = take_number(rest).value_or(0);
    auto const name = take_unit(rest);
    if (name.empty())
      return fail("has no unit: write for instance " + std::to_string(number) + "s or " +
                  std::to_string(number) + "ms");
    if (name == "." || name == ",")
      return fail("has a fraction: write whole numbers, such as 1s500ms");
    std::size_t unit = 0;
    while (unit < duration_units.size() && duration_units[unit].name != name) ++unit;
    if (unit == duration_units.size())
      return fail("has an unknown unit " + quoted(name) + ": units are d, h, m, s and ms");
    if (unit < next_unit)
      return fail("has its units out of order: d, h, m, s, ms go from large to small, each once");
    next_unit = unit + 1;
    auto const length = duration_units[unit].length;
    if (number > static_cast<std::uint64_t>((longest - sum) / length))
      return fail("is too long: at most 3650d");
    sum += static_cast<std::int64_t>(number) * length;
  }
  return Duration{milliseconds{sum}};
}

std::string to_text(Duration duration) {
  auto rest = std::chrono::duration_cast<milliseconds>(duration).count();
  if (rest == 0) return "0s";
  std::string text;
  if (rest < 0) {
    text = "-";
    rest = -rest;
  }
  for (auto const& unit : duration_units) {
    if (rest >= unit.length) text += std::to_string(rest / unit.length) + std::string{unit.name};
    rest %= unit.length;
  }
  return text;
}

Result<std::uint64_t> parse_size(std::string_view const text) {
  auto const fail = [&](std::string const& why) { return wrong("size", text, why); };
  if (text.empty())
    return Error{Fault::invalid,
                 "a size is missing: write a number with a unit, such as 500KB, 2GB or 16MiB"};
  if (auto const why = wrong_beginning(text))
    return fail(std::string{why} + ": write a number with a unit, such as 500KB, 2GB or 16MiB");

  auto name = text;
  auto const number = take_number(name).value_or(0);
  if (name.empty())
    return fail("has no unit: write for instance " + std::to_string(number) + "KB or " +
                std::to_string(number) + "MB");
  if (name.front() == '.' || name.front() == ',')
    return fail("has a fraction: write whole numbers, such as 1500MB");
  for (auto const& unit : size_units) {
    if (unit.name != name) continue;
    if (number > largest / unit.size) return fail("is too large");
    return number * unit.size;
  }
  return fail("has an unknown unit " + quoted(name) +
              ": units are B, KB, MB, GB, TB, KiB, MiB, GiB and TiB");
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array units = {"B", "KB", "MB", "GB", "TB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1000 && unit + 1 < units.size(); ++unit) size /= 1000;
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
  return text.data();
}

}  // namespace snapcron
