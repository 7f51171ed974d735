#pragma once
// A strict tree of our own over yaml-cpp's events: every key and value knows its position, and what
// YAML allows but a configuration should not hold is an error here.
//
// Refused, each with its own words: anchors and aliases, tags, merge keys, double keys, keys that
// are not scalars, a second document, an unclosed quote at the end of the file, invalid UTF-8,
// control characters, tabs in indentation, no-break spaces outside quotes, an empty file, more
// depth or nodes than the limits.
//
// YAML 1.2 core schema, taken strictly: a scalar is kept as its plain text; only `null`, `~` and
// nothing at all become a null. Whoever wants a number or true/false interprets the text (on, off,
// yes, 12:00:00 and 0644 are texts).

#include "config/source.hpp"
#include "core/diagnostic.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct YamlLimits {
  static constexpr std::size_t bytes = 1'000'000;
  static constexpr std::size_t depth = 32;
  // 10,000 rules of a dozen values each and some room; 1 MB of "[]," would be 350,000.
  static constexpr std::size_t nodes = 200'000;
};

struct YamlEntry;

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  Position at;
  std::string text;                // of a scalar
  bool quoted = false;             // "..." or '...': the text begins one column after `at`
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, in the file's order, every key once

  /// The entry of a map, or null.
  YamlEntry const* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Position at;  // of the key
  YamlNode value;
};

/// The tree of one text. Errors are appended to `diagnostics`; the tree is returned whenever one
/// could be built, so that the mistakes in its meaning can be told together with those in its form.
std::optional<YamlNode> parse_yaml(Source const& source, std::vector<Diagnostic>& diagnostics);

}  // namespace snapcron
