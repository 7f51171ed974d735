#include "config/rules.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>

namespace snapcron {
namespace {

/// "HH:MM" or "HH:MM:SS", 24:00 at the end of a window only.
std::optional<std::chrono::seconds> time_of_day(std::string_view text, bool end) {
  bool const with_seconds = text.size() == 8 && text[5] == ':';
  if (text.size() < 5 || text[2] != ':' || (text.size() != 5 && !with_seconds)) return std::nullopt;
  auto const field = [&](std::size_t at) -> int {
    char const tens = text[at], ones = text[at + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return 99;
    return (tens - '0') * 10 + (ones - '0');
  };
  int const hour = field(0), minute = field(3), second = with_seconds ? field(6) : 0;
  if (minute > 59 || second > 59) return std::nullopt;
  if (hour > 23 && !(end && hour == 24 && minute == 0 && second == 0)) return std::nullopt;
  return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

class ConditionReader {
 public:
  ConditionReader(RulesScope& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Condition> read() {
    if (kind_.key == "input") return input();
    if (kind_.key == "relay") return relay();
    if (kind_.key == "time") return time();
    if (kind_.key == "cron") return cron();
    if (kind_.key == "sun") return sun();
    if (kind_.key == "trigger") return trigger();
    if (kind_.key == "any") return group(GroupCondition::Kind::any);
    if (kind_.key == "all") return group(GroupCondition::Kind::all);
    return group(GroupCondition::Kind::none);
  }

 private:
  std::optional<Condition> input() {
    auto const input = scope_.references.input(context_, kind_);
    auto const* is = map_.require("is", "add 'is: high' or 'is: low'");
    auto const level = map_.word("is");
    auto const held = map_.duration("for");
    if (!input || !level) return std::nullopt;
    return Condition{InputCondition{input->number, *level == 1, held.value_or(Duration{})},
                     "input " + input->name + " is " + is->value.text +
                         (held ? " for " + to_text(*held) : std::string{})};
  }

  std::optional<Condition> relay() {
    auto const relay = scope_.references.relay(context_, kind_);
    auto const* is = map_.require("is", "add 'is: on' or 'is: off'");
    auto const state = map_.word("is");
    if (!relay || !state) return std::nullopt;
    return Condition{RelayCondition{relay->number, *state == 1},
                     "relay " + relay->name + " is " + is->value.text};
  }

  std::optional<Condition> time() {
    auto const text = read_text(context_, kind_, "a window such as \"22:00-06:00\"");
    TimeCondition window;
    window.zone = scope_.zone;
    bool const right = text && times(*text, window);
    std::string days;
    bool const right_days = weekdays(window, days);
    if (!right || !right_days) return std::nullopt;
    return Condition{window, "time " + *text + days};
  }

  bool times(std::string const& text, TimeCondition& window) {
    auto const dash = text.find('-');
    if (dash == std::string::npos) {
      context_.error(kind_.value.at,
                     "'time' is a window such as \"22:00-06:00\", not " + snapcron::quoted(text));
      return false;
    }
    auto const part = [&](std::string_view given, bool end) {
      auto const time = time_of_day(trimmed(given), end);
      if (!time)
        context_.error(kind_.value.at,
                       snapcron::quoted(trimmed(given)) +
                           " is no time of day: write HH:MM or HH:MM:SS, such as 08:30");
      return time;
    };
    auto const from = part(std::string_view{text}.substr(0, dash), false);
    auto const to = part(std::string_view{text}.substr(dash + 1), true);
    if (!from || !to) return false;
    window.from = *from;
    window.to = *to;
    return true;
  }

  bool weekdays(TimeCondition& window, std::string& text) {
    auto const* entry = map_.take("weekday");
    if (entry == nullptr) return true;
    std::vector<Value> days;
    if (entry->value.kind == YamlNode::Kind::sequence)
      for (auto const& item : entry->value.items) days.emplace_back("weekday", item);
    else
      days.emplace_back(*entry);
    if (days.empty()) context_.error(entry->value.at, "'weekday' is empty: it would never hold");
    window.weekdays.reset();
    auto const& names = condition_kinds().table("time").find("weekday")->shape.words;
    for (auto const& day : days) {
      auto const number = read_word(context_, day, names);
      if (!number) return false;
      window.weekdays.set(*number);
      text += (text.empty() ? " on " : ", ") + day.text();
    }
    return !days.empty();
  }

  std::optional<Condition> cron() {
    auto const pattern = read_cron(context_, kind_);
    auto const zone = read_zone(context_, map_.take("timezone"), scope_.zone);
    if (!pattern) return std::nullopt;
    if (pattern->is_reboot()) {
      context_.error(kind_.value.at, "'@reboot' is no condition: it is never the present minute");
      return std::nullopt;
    }
    return Condition{CronCondition{*pattern, zone}, "cron " + pattern->text()};
  }

  std::optional<Condition> sun() {
    auto const when = map_.word(kind_.key);
    auto const place = read_place(context_, kind_, scope_);
    if (!when || !place) return std::nullopt;
    return Condition{SunCondition{*when == 1, *place}, "sun " + kind_.value.text};
  }

  std::optional<Condition> trigger() {
    std::vector<Value> given;
    if (kind_.value.kind == YamlNode::Kind::sequence)
      for (auto const& item : kind_.value.items) given.emplace_back("trigger", item);
    else
      given.emplace_back(kind_);
    if (given.empty()) context_.error(kind_.value.at, "'trigger' is empty: it would never hold");
    GroupCondition any{.kind = GroupCondition::Kind::any, .of = {}};
    for (auto const& id : given)
      if (auto const text = read_text(context_, id, "the id of a trigger"); text && known(id))
        any.of.push_back({TriggerCondition{*text}, "trigger " + *text});
    if (any.of.size() != given.size() || given.empty()) return std::nullopt;
    if (any.of.size() == 1) return std::move(any.of.front());
    return Condition{std::move(any), {}};
  }

  bool known(Value const& id) {
    if (scope_.ids.contains(id.text())) return true;
    std::vector<std::string> const ids{scope_.ids.begin(), scope_.ids.end()};
    auto const near = ids.size() < 100 ? suggest(id.text(), ids) : std::string{};
    context_.error(id.at(),
                   "no trigger of this rule has the id " + snapcron::quoted(id.text()) +
                       (near.empty() ? ": write it as 'id' beside the trigger" : ""),
                   near);
    return false;
  }

  std::optional<Condition> group(GroupCondition::Kind kind) {
    GroupCondition group{.kind = kind, .of = {}};
    read_conditions(context_, kind_, scope_, group.of);
    if (kind_.value.kind == YamlNode::Kind::sequence && kind_.value.items.empty())
      context_.error(kind_.value.at, snapcron::quoted(kind_.key) + " is empty: add conditions");
    return Condition{std::move(group), {}};
  }

  RulesScope& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

}  // namespace

void read_conditions(Context const& context, YamlEntry const& entry, RulesScope& scope,
                     std::vector<Condition>& conditions) {
  if (scope.conditions_deep > deepest)
    return context.error(entry.at, "conditions stand within conditions at most " +
                                       std::to_string(deepest) + " deep");
  ++scope.conditions_deep;
  for_each_item(context, entry, condition_kinds(), [&](YamlEntry const& kind, MapReader& map) {
    if (auto condition = ConditionReader{scope, kind, map}.read())
      conditions.push_back(std::move(*condition));
    map.finish();
  });
  --scope.conditions_deep;
}

}  // namespace snapcron
