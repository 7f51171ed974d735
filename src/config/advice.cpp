#include "config/advice.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace snapcron {
namespace {

// For the next time of a pattern: the search takes long when there is none.
constexpr unsigned most_searches = 500;

/// The nodes of the items of `triggers`, `conditions` or `actions`, one for each value of the rule.
std::vector<YamlNode const*> nodes(YamlNode const& rule, std::string_view key) {
  std::vector<YamlNode const*> found;
  auto const* entry = rule.find(key);
  if (entry == nullptr) return found;
  if (entry->value.kind == YamlNode::Kind::map) found.push_back(&entry->value);
  for (auto const& item : entry->value.items) found.push_back(&item);
  return found;
}

std::string name_of(std::vector<References::Line> const& lines, unsigned number) {
  auto const found = std::ranges::find(lines, number, &References::Line::number);
  return found == lines.end() ? std::to_string(number) : found->name;
}
Duration debounce_of(References const& references, unsigned number) {
  auto const found = std::ranges::find(references.inputs, number, &References::Line::number);
  return found == references.inputs.end() ? Duration{} : found->debounce;
}

/// What must all hold, whatever groups it is written in.
struct Demands {
  struct Demand {
    Condition condition;
    Position at;
  };
  std::vector<Demand> all;

  void add(Condition const& condition, Position at) {
    auto const* group = std::get_if<GroupCondition>(&condition.what);
    if (group == nullptr)
      all.push_back({condition, at});
    else if (group->kind == GroupCondition::Kind::all || group->of.size() == 1)
      for (auto const& inner : group->of) {
        if (group->kind != GroupCondition::Kind::none)
          add(inner, at);
        else if (auto const opposite = negated(inner))
          all.push_back({*opposite, at});
      }
  }

 private:
  static std::optional<Condition> negated(Condition condition) {
    condition.text = "not " + condition.text;
    if (auto* input = std::get_if<InputCondition>(&condition.what)) {
      if (input->held > Duration::zero()) return std::nullopt;
      input->high = !input->high;
      return condition;
    }
    if (auto* relay = std::get_if<RelayCondition>(&condition.what)) {
      relay->on = !relay->on;
      return condition;
    }
    if (auto* sun = std::get_if<SunCondition>(&condition.what)) {
      sun->day = !sun->day;
      return condition;
    }
    return std::nullopt;
  }
};

bool is_within(std::chrono::seconds at, TimeCondition const& window) {
  if (window.from == window.to) return true;
  if (window.from < window.to) return at >= window.from && at < window.to;
  return at >= window.from || at < window.to;
}

/// Whether two conditions can never hold at one moment.
bool exclude(Condition const& a, Condition const& b) {
  if (a.what.index() != b.what.index()) return false;
  if (auto const* input = std::get_if<InputCondition>(&a.what)) {
    auto const& other = std::get<InputCondition>(b.what);
    return input->input == other.input && input->high != other.high;
  }
  if (auto const* relay = std::get_if<RelayCondition>(&a.what)) {
    auto const& other = std::get<RelayCondition>(b.what);
    return relay->relay == other.relay && relay->on != other.on;
  }
  if (auto const* sun = std::get_if<SunCondition>(&a.what))
    return sun->day != std::get<SunCondition>(b.what).day;
  if (auto const* trigger = std::get_if<TriggerCondition>(&a.what))
    return trigger->id != std::get<TriggerCondition>(b.what).id;
  if (auto const* window = std::get_if<TimeCondition>(&a.what)) {
    auto const& other = std::get<TimeCondition>(b.what);
    return !is_within(other.from, *window) && !is_within(window->from, other);
  }
  return false;
}

/// Whether the condition cannot hold at the moment at which the trigger fires.
bool excludes(Trigger const& trigger, Condition const& condition) {
  using Edge = InputTrigger::Edge;
  if (auto const* edge = std::get_if<InputTrigger>(&trigger.what)) {
    auto const* input = std::get_if<InputCondition>(&condition.what);
    if (input == nullptr || input->input != edge->input) return false;
    bool const high = edge->edge == Edge::rising;
    // The level has stood as long as the trigger's `for` when it fires, and no longer.
    return (edge->edge != Edge::both && input->high != high) || input->held > edge->held;
  }
  if (auto const* relay = std::get_if<RelayTrigger>(&trigger.what)) {
    auto const* state = std::get_if<RelayCondition>(&condition.what);
    return state != nullptr && state->relay == relay->relay &&
           relay->to != RelayTrigger::To::both && state->on != (relay->to == RelayTrigger::To::on);
  }
  if (auto const* cron = std::get_if<CronTrigger>(&trigger.what)) {
    auto const* window = std::get_if<TimeCondition>(&condition.what);
    bool const to_the_second = cron->jitter == Duration::zero() && !cron->gap_run_once;
    return window != nullptr && to_the_second && !cron->pattern.is_reboot() &&
           cron->zone.name() == window->zone.name() &&
           !cron->pattern.matches_between(static_cast<std::uint32_t>(window->from.count()),
                                          static_cast<std::uint32_t>(window->to.count()));
  }
  return false;
}

/// What was missed is made up for all at once.
void made_up(Context const& context, YamlNode const& item, MissedPolicy const& missed, Mode mode) {
  if (missed.what == MissedPolicy::What::all && (mode == Mode::single || mode == Mode::restart))
    context.warning(item.find("missed")->value.at,
                    "what was missed comes at once, and only one of it is carried through; "
                    "mode: queued lets each have its turn");
}

void contradictions(Context const& context, YamlNode const& node, Rule const& rule) {
  Demands demands;
  auto const places = nodes(node, "conditions");
  for (std::size_t i = 0; i < rule.conditions.size() && i < places.size(); ++i)
    demands.add(rule.conditions[i], places[i]->at);
  constexpr std::size_t most = 30;  // of hand-written conditions nobody has more
  if (demands.all.size() > most) return;
  for (std::size_t i = 0; i < demands.all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (exclude(demands.all[i].condition, demands.all[j].condition))
        return context.warning(
            demands.all[i].at,
            "the rule never passes: " + snapcron::quoted(demands.all[j].condition.text) + " and " +
                snapcron::quoted(demands.all[i].condition.text) + " never hold at once");
  auto const triggers = nodes(node, "triggers");
  for (std::size_t i = 0; i < rule.triggers.size() && i < triggers.size(); ++i) {
    auto const demand = std::ranges::find_if(
        demands.all, [&](auto const& one) { return excludes(rule.triggers[i], one.condition); });
    if (demand != demands.all.end())
      context.warning(triggers[i]->at, "when this trigger fires, the condition " +
                                           snapcron::quoted(demand->condition.text) +
                                           " cannot hold");
  }
}

void times_of_edges(Context const& context, YamlNode const& item, InputTrigger const& trigger,
                    References const& references) {
  auto const debounce = debounce_of(references, trigger.input);
  if (auto const* given = item.find("for"); given != nullptr && trigger.held < debounce)
    context.warning(given->value.at, "'for' is shorter than the debounce of input " +
                                         name_of(references.inputs, trigger.input) + ", " +
                                         to_text(debounce));
  if (trigger.count < 2) return;
  // From one edge to the next of its kind the other level must settle too.
  auto const apart =
      std::max(trigger.held, trigger.edge == InputTrigger::Edge::both ? debounce : 2 * debounce);
  if (auto const shortest = (trigger.count - 1) * apart; shortest > trigger.within)
    context.warning(item.find("within")->value.at,
                    std::to_string(trigger.count) + " such edges take at least " +
                        to_text(shortest) + ": this trigger never fires");
}

/// The trigger as a text that is the same for the same moment; empty where two never coincide.
std::string moment(Trigger const& trigger) {
  if (auto const* input = std::get_if<InputTrigger>(&trigger.what))
    return "input " + std::to_string(input->input) + " " +
           std::to_string(static_cast<int>(input->edge)) + " " + to_text(input->held) + " " +
           std::to_string(input->count) + " " + to_text(input->within);
  if (auto const* cron = std::get_if<CronTrigger>(&trigger.what))
    return "cron " + cron->pattern.text() + " " + cron->zone.name() + " " + to_text(cron->jitter);
  if (auto const* every = std::get_if<EveryTrigger>(&trigger.what))
    return "every " + to_text(every->period);
  if (auto const* sun = std::get_if<SunTrigger>(&trigger.what))
    return "sun " + std::to_string(static_cast<int>(sun->event)) + " " + to_text(sun->offset);
  if (auto const* relay = std::get_if<RelayTrigger>(&trigger.what))
    return "relay " + std::to_string(relay->relay) + " " +
           std::to_string(static_cast<int>(relay->to));
  if (auto const* camera = std::get_if<CameraTrigger>(&trigger.what))
    return "camera " + camera->camera + (camera->found ? " found" : " lost");
  if (auto const* webhook = std::get_if<WebhookTrigger>(&trigger.what))
    return "webhook " + webhook->name;
  return std::holds_alternative<StartupTrigger>(trigger.what) ? "startup" : "shutdown";
}

}  // namespace

void Advice::never(Context const& context, Position at, Cron const& pattern, Zone const& zone,
                   char const* what) {
  if (pattern.is_reboot() || ++searches_ > most_searches) return;
  auto const now =
      std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
  if (!pattern.next(now, zone, Cron::Gap::run_once))
    context.warning(at, std::string{what} + ": the calendar has no such time any more");
}

/// Two rules without a difference in when they fire, and with one in what they do to a relay at
/// once.
void Advice::relays(Context const& context, YamlNode const& node, Rule const& rule,
                    References const& references) {
  constexpr std::size_t most = 10;  // triggers, and actions: hostile rules shall not take long
  if (!rule.enabled || rule.triggers.size() > most) return;
  auto const conditions = std::make_shared<std::vector<Condition> const>(rule.conditions);
  auto const places = nodes(node, "actions");
  for (std::size_t i = 0; i < std::min({rule.actions.size(), places.size(), most}); ++i) {
    auto const& what = rule.actions[i].what;
    if (std::holds_alternative<DelayAction>(what) || std::holds_alternative<WaitForAction>(what))
      return;
    auto const* relay = std::get_if<RelayAction>(&what);
    if (relay == nullptr) continue;
    for (auto const& trigger : rule.triggers) {
      auto const [first, is_new] = switched_.try_emplace(
          {moment(trigger), relay->relay},
          Switched{relay->command, rule.name,
                   std::filesystem::path{context.source().name()}.filename().string() + ":" +
                       std::to_string(places[i]->at.line),
                   conditions});
      auto const& other = first->second;
      if (is_new || other.command == relay->command || other.rule == rule.name ||
          *other.conditions != rule.conditions)
        continue;
      context.warning(places[i]->at, "at the same moment rule " + snapcron::quoted(other.rule) +
                                         " switches relay " +
                                         name_of(references.relays, relay->relay) + " otherwise (" +
                                         other.place + "): the latest command wins");
      break;
    }
  }
}

void Advice::look_at(Context const& context, YamlNode const& node, Rule const& rule,
                     References const& references) {
  auto const triggers = nodes(node, "triggers");
  for (std::size_t i = 0; i < rule.triggers.size() && i < triggers.size(); ++i) {
    auto const& what = rule.triggers[i].what;
    if (auto const* cron = std::get_if<CronTrigger>(&what))
      never(context, triggers[i]->find("cron")->value.at, cron->pattern, cron->zone,
            "this trigger never fires");
    if (auto const* cron = std::get_if<CronTrigger>(&what))
      made_up(context, *triggers[i], cron->missed, rule.mode);
    if (auto const* sun = std::get_if<SunTrigger>(&what))
      made_up(context, *triggers[i], sun->missed, rule.mode);
    if (auto const* input = std::get_if<InputTrigger>(&what))
      times_of_edges(context, *triggers[i], *input, references);
  }
  auto const conditions = nodes(node, "conditions");
  for (std::size_t i = 0; i < rule.conditions.size() && i < conditions.size(); ++i)
    if (auto const* cron = std::get_if<CronCondition>(&rule.conditions[i].what))
      never(context, conditions[i]->find("cron")->value.at, cron->pattern, cron->zone,
            "this condition never holds");
  contradictions(context, node, rule);
  relays(context, node, rule, references);
}

}  // namespace snapcron
