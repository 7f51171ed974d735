#pragma once
// What a script means, in the words of snapcron's rules, and as the YAML text that says so. The
// daemon reads that text like any other, and `snapcron import-axis` prints it: so a script and what
// is imported of it cannot differ.

#include "axis/script.hpp"
#include "axis/settings.hpp"
#include "core/diagnostic.hpp"

#include <string>
#include <vector>

namespace snapcron {

/// A key and its value as they stand in YAML, and where in the script they come from.
struct AxisKey {
  std::string key, value;
  Position at;
};
/// `{input: 1, edge: rising}`
using AxisItem = std::vector<AxisKey>;

struct AxisAction {
  std::vector<std::string> comments;
  AxisItem item;
  std::vector<AxisWord> to;  // of a snapshot: names of destinations
};

struct AxisRule {
  std::vector<std::string> comments;
  std::string name;
  Position at;
  std::vector<AxisItem> triggers, conditions;
  std::vector<AxisAction> actions;
};

/// The rules of a script that was read without a mistake, one for each entry and each recording in
/// the background.
std::vector<AxisRule> translate(AxisScript const& script, AxisSettings const& settings,
                                std::vector<Diagnostic>& mistakes);

/// A file with rules, and from which place of the script each part of it comes.
struct AxisYaml {
  std::string text;
  struct Origin {
    std::size_t offset = 0;  // in the text; up to the next one
    Position at;             // in the script
  };
  std::vector<Origin> origins;

  Position origin(std::size_t offset) const;
};
AxisYaml write_yaml(std::vector<AxisRule> const& rules, std::vector<std::string> const& comments);

/// A text as YAML: plain where it is a word, else in double quotes.
std::string yaml_text(std::string_view text);
/// Braces doubled: they mean nothing in a script.
std::string as_template(std::string_view text);

}  // namespace snapcron
