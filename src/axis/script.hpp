#pragma once
// A CRON script of an AXIS camera server as it stands: entries, each with a trigger and commands.
// What the words mean is said in axis/translate.hpp.

#include "core/diagnostic.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct AxisWord {
  std::string text;
  Position at;
  /// Where an escape stands for a byte that is no character of its own, NUL or 80 to FF: it is
  /// U+2400 or U+0080 to U+00FF in the text, as of a text in Latin-1.
  std::optional<Position> byte{};
};

/// `-name` or `-name value`; the name without its hyphen, small.
struct AxisOption {
  AxisWord name;
  std::optional<AxisWord> value;
};

struct AxisCommand {
  std::vector<std::string> comments;  // the lines before it, without their '#'
  AxisWord name;                      // small
  std::vector<AxisOption> options;
  std::vector<AxisWord> words;  // those that belong to no option
};

/// `/I1`: an edge or a level of an input.
struct AxisTerm {
  enum class Act { rising, falling, high, low };
  Act act = Act::rising;
  unsigned input = 0;  // 0: the Control button, B
  Position at;
  bool is_edge() const { return act == Act::rising || act == Act::falling; }
  bool is_high() const { return act == Act::rising || act == Act::high; }
  /// The same whatever the place.
  bool same(AxisTerm const& other) const { return act == other.act && input == other.input; }
};

/// The numbers that a time field lists.
using AxisField = std::bitset<60>;
enum AxisUnit : std::size_t { axis_minute, axis_hour, axis_day, axis_month, axis_weekday };
using AxisTimes = std::array<AxisField, 5>;  // by AxisUnit
inline constexpr std::array axis_units{axis_minute, axis_hour, axis_day, axis_month, axis_weekday};

struct AxisEntry {
  std::vector<std::string> comments;
  Position at;  // of the first time field
  AxisTimes times{};
  bool boot = false;
  std::vector<AxisTerm> terms;  // all of them must hold
  std::vector<AxisCommand> commands;
};

struct AxisScript {
  std::vector<AxisEntry> entries;
  std::vector<std::string> comments;  // after the last entry
};

inline constexpr std::size_t longest_axis_script = 64 * 1024;  // bytes; the units had less memory

inline constexpr unsigned most_axis_cameras = 64;  // the units had five

/// The commands of all units.
inline constexpr std::array<std::string_view, 14> axis_commands{
    "alert",   "buffer_init", "buffer_start", "buffer_stop", "ftp",   "log",   "mail",
    "offline", "online",      "ptz",          "relay",       "reset", "sleep", "snapshot"};

/// Reads a whole script. What is wrong is appended to `mistakes`, all of it, each with its place;
/// what could be read is returned in any case.
AxisScript parse_axis_script(std::string_view text, std::vector<Diagnostic>& mistakes);

}  // namespace snapcron
