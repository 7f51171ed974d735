#pragma once
// A good configuration around a rule, and the rule that comes of it.

#include "config/load.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace snapcron {

inline std::string said(Loaded const& loaded) {
  std::string text;
  for (auto const& diagnostic : loaded.diagnostics) text += to_text(diagnostic);
  return text;
}
inline Template text_template(char const* text) {
  return *Template::parse(text, Template::Use::text);
}

/// A good configuration around the given rules.
inline std::string with_rules(std::string const& rules) {
  return "version: 1\ntimezone: Europe/Stockholm\ngpio: {chip: sim}\n"
         "location: {latitude: 59.33, longitude: 18.06}\n"
         "inputs: {1: {name: door, line: 1}, 2: {name: window, line: 2}}\n"
         "relays: {1: {name: strike, line: 3}}\ncameras: {door: {test_pattern: }, yard: "
         "{test_pattern: , buffer: }}\nrules:\n" +
         rules;
}
inline Rule only_rule(std::string const& keys) {
  auto const loaded = load_text(with_rules("  - {name: r, " + keys + "}\n"), "test.yaml");
  EXPECT_TRUE(loaded.site) << said(loaded);
  return loaded.site ? loaded.site->rules.at(0) : Rule{};
}
template <class What>
What only_trigger(std::string const& item) {
  auto const rule = only_rule("triggers: " + item + ", actions: {log: x}");
  return std::get<What>(rule.triggers.at(0).what);
}
template <class What>
What only_action(std::string const& item) {
  return std::get<What>(only_rule("triggers: [], actions: " + item).actions.at(0).what);
}
template <class What>
What only_condition(std::string const& item) {
  auto const rule = only_rule("triggers: [], conditions: " + item + ", actions: {log: x}");
  return std::get<What>(rule.conditions.at(0).what);
}

}  // namespace snapcron
