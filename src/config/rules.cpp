#include "config/rules.hpp"

#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::size_t most_items = 1000;  // of one list of triggers, conditions or actions

bool contains(std::vector<std::string> const& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// "input, cron, every or startup"
std::string listed(std::vector<std::string> const& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

class RuleReader {
 public:
  RuleReader(Context const& context, RulesScope& scope, YamlNode const& node)
      : context_{context}, scope_{scope}, node_{node} {}

  Rule read() {
    auto const* named = node_.find("name");
    bool const has_name = named != nullptr && named->value.kind == YamlNode::Kind::scalar;
    scope_.ids.clear();
    auto const errors = context_.errors();
    MapReader map{context_, node_, rule_words(),
                  has_name ? "rule " + snapcron::quoted(named->value.text) : "this rule", node_.at};
    if (auto const* name = map.require("name", "add one, for the log and for 'snapcron trigger'"))
      this->name(*name);
    rule_.description = map.text("description").value_or("");
    rule_.enabled = map.flag("enabled").value_or(true);
    mode(map);
    rule_.cooldown = map.duration("cooldown").value_or(Duration{});
    if (auto const* triggers =
            map.require("triggers", "write 'triggers: []' for a rule that is fired by hand only"))
      read_triggers(context_, *triggers, trigger_kinds(), scope_, rule_.triggers);
    if (auto const* conditions = map.take("conditions"))
      read_conditions(context_, *conditions, scope_, rule_.conditions);
    if (auto const* actions =
            map.require("actions", "add what it does, such as 'actions: {snapshot: door}'"))
      read_actions(context_, *actions, scope_, rule_.actions);
    map.finish();
    if (context_.errors() == errors && !scope_.references.open)
      scope_.advice.look_at(context_, node_, rule_, scope_.references);
    return std::move(rule_);
  }

 private:
  void name(YamlEntry const& entry) {
    auto const name = read_name(context_, entry);
    if (!name) return;
    rule_.name = *name;
    auto const place = context_.source().name() + ":" + std::to_string(entry.value.at.line);
    auto const [first, is_new] = scope_.names.emplace(*name, place);
    if (!is_new)
      context_.error(entry.value.at, "a rule " + snapcron::quoted(*name) + " stands already in " +
                                         std::filesystem::path{first->second}.filename().string());
  }

  void mode(MapReader& map) {
    auto const mode = map.word("mode");
    rule_.mode = static_cast<Mode>(mode.value_or(0));
    rule_.max = map.number("max").value_or(rule_.max);
    bool const many = rule_.mode == Mode::queued || rule_.mode == Mode::parallel;
    if (auto const* max = map.take("max"); max != nullptr && !many && (mode || !map.has("mode")))
      context_.error(max->at, "'max' goes with 'mode: queued' or 'mode: parallel' only");
  }

  Context const& context_;
  RulesScope& scope_;
  YamlNode const& node_;
  Rule rule_;
};

}  // namespace

std::vector<YamlNode const*> items_of(Context const& context, YamlEntry const& entry,
                                      Kinds const& kinds) {
  auto const form = kinds.what + " is a mapping such as '" + kinds.example + "'";
  std::vector<YamlNode const*> items;
  switch (entry.value.kind) {
    case YamlNode::Kind::null:
      context.error(entry.at, snapcron::quoted(entry.key) + " has no value: each " + form);
      break;
    case YamlNode::Kind::scalar:
      context.error(entry.value.at, "each " + form + ", not " + snapcron::quoted(entry.value.text));
      break;
    case YamlNode::Kind::map:
      items.push_back(&entry.value);
      break;
    case YamlNode::Kind::sequence:
      // Nobody writes so many; and a file that means ill shall be refused soon.
      if (entry.value.items.size() > most_items) {
        context.error(entry.value.at, snapcron::quoted(entry.key) + " has more than " +
                                          std::to_string(most_items) + " items");
        break;
      }
      for (auto const& item : entry.value.items) {
        if (item.kind == YamlNode::Kind::map)
          items.push_back(&item);
        else
          context.error(item.at, "each " + form +
                                     (item.kind == YamlNode::Kind::scalar
                                          ? ", not " + snapcron::quoted(item.text)
                                          : std::string{}));
      }
      break;
  }
  return items;
}

YamlEntry const* find_kind(Context const& context, YamlNode const& item, Kinds const& kinds) {
  YamlEntry const* kind = nullptr;
  for (auto const& entry : item.entries) {
    if (!contains(kinds.built, entry.key) && !contains(kinds.later, entry.key)) continue;
    if (kind != nullptr) {
      context.error(entry.at, "two kinds in one item: " + snapcron::quoted(kind->key) + " and " +
                                  snapcron::quoted(entry.key) + "; put a - before each");
      return nullptr;
    }
    kind = &entry;
  }
  if (kind == nullptr) {
    for (auto const& entry : item.entries) {
      auto const near = suggest(entry.key, kinds.built);
      if (near.empty()) continue;
      context.error(entry.at, "unknown " + kinds.what + " " + snapcron::quoted(entry.key), near);
      return nullptr;
    }
    context.error(item.at, "this " + kinds.what + " has no kind: one of its keys must be " +
                               listed(kinds.built));
    return nullptr;
  }
  if (!contains(kinds.later, kind->key)) return kind;
  context.not_built(kind->at, kind->key);
  return nullptr;
}

std::optional<Cron> read_cron(Context const& context, Value const& value) {
  auto const text = read_text(context, value, "a cron pattern such as '*/10 5-21 * * *'");
  if (!text) return std::nullopt;
  auto cron = Cron::parse(*text);
  if (cron) return *cron;
  auto at = value.at();
  // The column within the pattern; a pattern in a block scalar stands somewhere below.
  bool const in_line =
      context.source().line(at.line).find(*text, at.column - 1) != std::string_view::npos;
  if (in_line)
    at.column += static_cast<unsigned>(cron.error().column + (value.node->quoted ? 1 : 0));
  context.error(at, "cron: " + cron.error().text);
  return std::nullopt;
}

std::optional<Template> read_template(Context const& context, Value const& value,
                                      Template::Use use) {
  auto const text = read_text(context, value);
  if (!text) return std::nullopt;
  auto parsed = Template::parse(*text, use);
  if (parsed) return std::move(*parsed);
  context.error(value.at(), parsed.error().text);
  return std::nullopt;
}

Zone read_zone(Context const& context, YamlEntry const* entry, Zone const& otherwise) {
  if (entry == nullptr) return otherwise;
  auto const name = read_text(context, *entry, "a time zone such as Europe/Stockholm");
  if (!name) return otherwise;
  if (!context.worth_a_suggestion()) return otherwise;  // nor is the zone: nothing will be loaded
  auto found = Zone::find(*name);
  if (found) return *found;
  context.error(entry->value.at, found.error().text);
  return otherwise;
}

std::optional<Place> read_place(Context const& context, YamlEntry const& kind,
                                RulesScope const& scope) {
  if (scope.place) return scope.place;
  if (scope.references.open) return Place{};
  if (!scope.place_is_given)
    context.error(kind.at,
                  "'sun' needs to know where it is: add 'location: {latitude: 59.33, longitude: "
                  "18.06}' to the configuration");
  return std::nullopt;
}

void check_mentioned_rules(RulesScope const& scope) {
  if (scope.references.open) return;
  std::vector<std::string> names;
  for (auto const& [name, place] : scope.names) names.push_back(name);
  std::size_t looked_for = 0;
  for (auto const& rule : scope.mentioned) {
    if (scope.names.contains(rule.name)) continue;
    // The nearest of thousands of names for each of thousands of slips would take long.
    bool const soon = names.size() * ++looked_for < 100'000;
    rule.context->error(rule.at, "there is no rule " + snapcron::quoted(rule.name),
                        soon ? suggest(rule.name, names) : std::string{});
  }
}

void read_rules(Context const& context, YamlEntry const& entry, RulesScope& scope) {
  if (entry.value.kind == YamlNode::Kind::null) return;
  if (entry.value.kind != YamlNode::Kind::sequence) {
    context.error(entry.value.at, "'rules' must be a list: put a - before each rule's 'name'");
    return;
  }
  for (auto const& node : entry.value.items) {
    ++scope.count;
    if (node.kind != YamlNode::Kind::map)
      context.error(node.at, "a rule must be a mapping with 'name', 'triggers' and 'actions'");
    else
      scope.rules.push_back(RuleReader{context, scope, node}.read());
  }
}

}  // namespace snapcron
