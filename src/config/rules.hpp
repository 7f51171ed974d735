#pragma once
// From the `rules:` of a file to the core's rules.

#include "config/context.hpp"
#include "config/references.hpp"
#include "core/rule.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// What all rules of a configuration share while they are read.
struct RulesScope {
  References references;
  Zone zone;                                 // of conditions, and of cron without a timezone
  std::map<std::string, std::string> names;  // of the rules so far: where each stands, "FILE:LINE"
  std::vector<Rule> rules;                   // those without a mistake
  std::size_t count = 0;                     // all of them
};

/// Reads the entry `rules` of a file.
void read_rules(Context const& context, YamlEntry const& entry, RulesScope& scope);

// The items of a rule. Each appends what is right to the vector and tells what is not.
void read_triggers(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                   std::vector<Trigger>& triggers);
void read_conditions(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                     std::vector<Condition>& conditions);
void read_actions(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                  std::vector<Action>& actions);

/// One of the kinds of triggers, conditions or actions.
struct ItemKinds {
  std::string_view what;  // "trigger"
  std::string_view example;
  std::vector<std::string> built, later;
};
/// Calls `read` with the entry that gives the kind and a reader of its item, for each item of a
/// mapping or a list of mappings that has one kind, and a built one.
template <class Read>
void for_each_item(Context const& context, YamlEntry const& entry, ItemKinds const& kinds,
                   Read read);
/// The entry that names the kind, or null with the error told.
YamlEntry const* find_kind(Context const& context, YamlNode const& item, ItemKinds const& kinds);
/// The items, one or many; a null or a text is told.
std::vector<YamlNode const*> items_of(Context const& context, YamlEntry const& entry,
                                      ItemKinds const& kinds);

template <class Read>
void for_each_item(Context const& context, YamlEntry const& entry, ItemKinds const& kinds,
                   Read read) {
  for (auto const* item : items_of(context, entry, kinds)) {
    auto const* kind = find_kind(context, *item, kinds);
    if (kind == nullptr) continue;
    MapReader reader{context, *item, std::string{kinds.what} + " '" + kind->key + "'", kind->at};
    reader.take(kind->key);
    read(*kind, reader);
  }
}

/// A cron pattern; the error stands at the place within the text.
std::optional<Cron> read_cron(Context const& context, Value const& value);
/// A text template; `what` completes "must be ...".
std::optional<Template> read_template(Context const& context, Value const& value,
                                      Template::Use use = Template::Use::text);

}  // namespace snapcron
