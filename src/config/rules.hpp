#pragma once
// From the `rules:` of a file to the core's rules.

#include "config/advice.hpp"
#include "config/context.hpp"
#include "config/files.hpp"
#include "config/references.hpp"
#include "config/words.hpp"
#include "core/rule.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace snapcron {

/// A rule's name in `enable` or `disable`: it is looked up when all rules have been read.
struct RuleReference {
  Context const* context = nullptr;
  Position at;
  std::string name;
};

/// What all rules of a configuration share while they are read.
struct RulesScope {
  explicit RulesScope(Files const& files_) : files{files_} {}

  Files const& files;
  References references;
  Zone zone;                    // of conditions, and of cron without a timezone
  std::optional<Place> place;   // for the Sun
  bool place_is_given = false;  // it may be wrong, which was told
  std::map<std::string, std::string, std::less<>> names;  // of rules: where each stands, FILE:LINE
  std::vector<RuleReference> mentioned;
  std::vector<Rule> rules;  // those without a mistake
  std::size_t count = 0;    // all of them

  Advice advice;

  // Of the rule that is being read.
  std::set<std::string, std::less<>> ids;  // of its triggers
  unsigned conditions_deep = 0, actions_deep = 0;
};

/// Reads the entry `rules` of a file.
void read_rules(Context const& context, YamlEntry const& entry, RulesScope& scope);
/// Tells the names of rules that do not exist, once all rules have been read.
void check_mentioned_rules(RulesScope const& scope);

// The items of a rule. Each appends what is right to the vector and tells what is not.
/// `kinds`: trigger_kinds() or awaited_kinds().
void read_triggers(Context const& context, YamlEntry const& entry, Kinds const& kinds,
                   RulesScope& scope, std::vector<Trigger>& triggers);
void read_conditions(Context const& context, YamlEntry const& entry, RulesScope& scope,
                     std::vector<Condition>& conditions);
void read_actions(Context const& context, YamlEntry const& entry, RulesScope& scope,
                  std::vector<Action>& actions);
/// The action `http`, of which `kind` gives the address.
std::optional<HttpAction> read_http_action(YamlEntry const& kind, MapReader& map,
                                           RulesScope const& scope);

/// How deep conditions may stand within conditions, and actions within actions.
constexpr unsigned deepest = 8;
/// Calls `read` with the entry that gives the kind and a reader of its item, for each item of a
/// mapping or a list of mappings that has one kind, and a built one.
template <class Read>
void for_each_item(Context const& context, YamlEntry const& entry, Kinds const& kinds, Read read);
/// The entry that names the kind, or null with the error told.
YamlEntry const* find_kind(Context const& context, YamlNode const& item, Kinds const& kinds);
/// The items, one or many; a null or a text is told.
std::vector<YamlNode const*> items_of(Context const& context, YamlEntry const& entry,
                                      Kinds const& kinds);

template <class Read>
void for_each_item(Context const& context, YamlEntry const& entry, Kinds const& kinds, Read read) {
  for (auto const* item : items_of(context, entry, kinds)) {
    auto const* kind = find_kind(context, *item, kinds);
    if (kind == nullptr) continue;
    MapReader reader{context, *item, kinds.table(kind->key), kinds.what + " '" + kind->key + "'",
                     kind->at};
    reader.take(kind->key);
    read(*kind, reader);
  }
}

/// A cron pattern; the error stands at the place within the text.
std::optional<Cron> read_cron(Context const& context, Value const& value);
/// The zone that a `timezone` names; the scope's without one.
Zone read_zone(Context const& context, YamlEntry const* entry, Zone const& otherwise);
/// The site's place, which `kind` needs; nothing with the error told.
std::optional<Place> read_place(Context const& context, YamlEntry const& kind,
                                RulesScope const& scope);
/// A text template; `what` completes "must be ...".
std::optional<Template> read_template(Context const& context, Value const& value,
                                      Template::Use use = Template::Use::text);

}  // namespace snapcron
