#include "config/rules.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <array>

namespace snapcron {
namespace {

ItemKinds const trigger_kinds{"trigger",
                              "input: door",
                              {"input", "cron", "every", "startup"},
                              {"sun", "shutdown", "relay", "camera", "mqtt", "webhook"}};
ItemKinds const condition_kinds{"condition",
                                "time: \"22:00-06:00\"",
                                {"input", "relay", "time", "cron"},
                                {"sun", "trigger", "any", "all", "not"}};

constexpr DurationLimits period_limits{.least = std::chrono::milliseconds{100}};

class TriggerReader {
 public:
  TriggerReader(RulesScope const& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Trigger> read() {
    std::optional<Trigger> trigger;
    if (kind_.key == "input") trigger = input();
    if (kind_.key == "cron") trigger = cron();
    if (kind_.key == "every") trigger = every();
    if (kind_.key == "startup") trigger = startup();
    auto const* id = map_.take("id");
    if (id != nullptr) {
      auto const text = read_name(context_, *id);
      if (text && trigger) trigger->id = *text;
    }
    map_.finish();
    return trigger;
  }

 private:
  std::optional<Trigger> input() {
    auto const input = scope_.references.input(context_, kind_);
    auto edge = InputTrigger::Edge::rising;
    if (auto const* given = map_.take("edge"))
      edge = static_cast<InputTrigger::Edge>(
          read_word(context_, *given, {"rising", "falling", "both"}).value_or(0));
    map_.not_built({"for", "count", "within"});
    if (!input) return std::nullopt;
    return Trigger{InputTrigger{.input = input->number, .edge = edge}, {}};
  }

  std::optional<Trigger> cron() {
    auto const pattern = read_cron(context_, kind_);
    auto zone = scope_.zone;
    if (auto const* given = map_.take("timezone")) {
      if (auto const name = read_text(context_, *given, "a time zone such as Europe/Stockholm")) {
        auto found = Zone::find(*name);
        if (found)
          zone = *found;
        else
          context_.error(given->value.at, found.error().text);
      }
    }
    map_.not_built({"missed", "missed_max_age", "jitter", "dst"});
    if (!pattern) return std::nullopt;
    return Trigger{CronTrigger{.pattern = *pattern, .zone = zone}, {}};
  }

  std::optional<Trigger> every() {
    auto const period = read_duration(context_, kind_, period_limits);
    if (!period) return std::nullopt;
    return Trigger{EveryTrigger{*period}, {}};
  }

  std::optional<Trigger> startup() {
    bool const plain = kind_.value.kind == YamlNode::Kind::null ||
                       (kind_.value.kind == YamlNode::Kind::scalar && kind_.value.text == "true");
    if (!plain) context_.error(kind_.value.at, "'startup' takes no value: write 'startup:'");
    return Trigger{StartupTrigger{}, {}};
  }

  RulesScope const& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

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
  ConditionReader(RulesScope const& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Condition> read() {
    std::optional<Condition> condition;
    if (kind_.key == "input") condition = input();
    if (kind_.key == "relay") condition = relay();
    if (kind_.key == "time") condition = time();
    if (kind_.key == "cron") condition = cron();
    map_.finish();
    return condition;
  }

 private:
  std::optional<Condition> input() {
    auto const input = scope_.references.input(context_, kind_);
    auto const* is = map_.require("is", "add 'is: high' or 'is: low'");
    auto const level = is != nullptr ? read_word(context_, *is, {"low", "high"}) : std::nullopt;
    map_.not_built({"for"});
    if (!input || !level) return std::nullopt;
    return Condition{InputCondition{input->number, *level == 1},
                     "input " + input->name + " is " + is->value.text};
  }

  std::optional<Condition> relay() {
    auto const relay = scope_.references.relay(context_, kind_);
    auto const* is = map_.require("is", "add 'is: on' or 'is: off'");
    auto const state = is != nullptr ? read_word(context_, *is, {"off", "on"}) : std::nullopt;
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
    for (auto const& day : days) {
      auto const number =
          read_word(context_, day, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"});
      if (!number) return false;
      window.weekdays.set(*number);
      text += (text.empty() ? " on " : ", ") + day.text();
    }
    return !days.empty();
  }

  std::optional<Condition> cron() {
    auto const pattern = read_cron(context_, kind_);
    if (!pattern) return std::nullopt;
    if (pattern->is_reboot()) {
      context_.error(kind_.value.at, "'@reboot' is no condition: it is never the present minute");
      return std::nullopt;
    }
    return Condition{CronCondition{*pattern, scope_.zone}, "cron " + pattern->text()};
  }

  RulesScope const& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

}  // namespace

void read_triggers(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                   std::vector<Trigger>& triggers) {
  for_each_item(context, entry, trigger_kinds, [&](YamlEntry const& kind, MapReader& map) {
    if (auto trigger = TriggerReader{scope, kind, map}.read())
      triggers.push_back(std::move(*trigger));
  });
}

void read_conditions(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                     std::vector<Condition>& conditions) {
  for_each_item(context, entry, condition_kinds, [&](YamlEntry const& kind, MapReader& map) {
    if (auto condition = ConditionReader{scope, kind, map}.read())
      conditions.push_back(std::move(*condition));
  });
}

}  // namespace snapcron
