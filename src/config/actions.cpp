#include "config/rules.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"

namespace snapcron {
namespace {

ItemKinds const action_kinds{
    "action",
    "snapshot: door",
    {"snapshot", "relay", "delay", "log", "run"},
    {"http", "mail", "alert", "mqtt", "wait_for", "if", "enable", "disable"}};

constexpr unsigned most_pictures = 1000;
constexpr unsigned most_pulses = 1000;
constexpr DurationLimits day_limits{.most = std::chrono::hours{24}};

class ActionReader {
 public:
  ActionReader(RulesScope const& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Action> read() {
    std::optional<Action> action;
    if (kind_.key == "snapshot") action = snapshot();
    if (kind_.key == "relay") action = relay();
    if (kind_.key == "delay") action = delay();
    if (kind_.key == "log") action = log();
    if (kind_.key == "run") action = run();
    map_.not_built({"fallback"});
    map_.finish();
    return action;
  }

 private:
  std::optional<Action> snapshot() {
    auto const camera = scope_.references.camera(context_, kind_);
    SnapshotAction snapshot;
    auto const* count = map_.take("count");
    if (count != nullptr)
      snapshot.count = read_number(context_, *count, 1, most_pictures).value_or(1);
    if (auto const* interval = map_.take("interval")) {
      snapshot.interval =
          read_duration(context_, *interval, day_limits).value_or(snapshot.interval);
      if (count == nullptr) context_.error(interval->at, "'interval' needs a 'count' beside it");
    }
    if (auto const* filename = map_.take("filename"))
      snapshot.filename = read_template(context_, *filename, Template::Use::file_name);
    map_.not_built({"pre_capture", "post_capture", "to"});
    if (!camera) return std::nullopt;
    snapshot.camera = *camera;
    return Action{std::move(snapshot)};
  }

  std::optional<Action> relay() {
    auto const relay = scope_.references.relay(context_, kind_);
    auto const* set = map_.take("set");
    auto const* pulse = map_.take("pulse");
    RelayCommand command;
    if (set != nullptr && pulse != nullptr)
      context_.error(pulse->at < set->at ? set->at : pulse->at,
                     "'set' and 'pulse' in one action: keep one of them");
    else if (set == nullptr && pulse == nullptr)
      context_.error(
          kind_.at, "what is the relay to do? add 'set: on', 'off' or 'toggle', or 'pulse: 500ms'");
    if (set != nullptr)
      command.kind = static_cast<RelayCommand::Kind>(
          read_word(context_, *set, {"on", "off", "toggle"}).value_or(0));
    if (pulse != nullptr) this->pulse(*pulse, command, relay);
    train(pulse != nullptr, set != nullptr, command);
    if (!relay) return std::nullopt;
    return Action{RelayAction{relay->number, command}};
  }

  void pulse(YamlEntry const& entry, RelayCommand& command,
             std::optional<References::Line> const& relay) {
    bool const bare = entry.value.kind == YamlNode::Kind::null ||
                      (entry.value.kind == YamlNode::Kind::scalar && entry.value.text == "true");
    if (!bare)
      command.duration = read_duration(context_, entry, day_limits).value_or(command.duration);
    if (relay && relay->max_on && command.duration > *relay->max_on)
      context_.warning(entry.value.at, "a pulse of " + to_text(command.duration) +
                                           " is cut off by the relay's 'max_on' of " +
                                           to_text(*relay->max_on));
  }

  /// `count` and `gap`.
  void train(bool pulse, bool set, RelayCommand& command) {
    auto const* count = map_.take("count");
    auto const* gap = map_.take("gap");
    if (!pulse && set) {
      for (auto const* entry : {count, gap})
        if (entry != nullptr)
          context_.error(entry->at, snapcron::quoted(entry->key) + " goes with 'pulse' only");
      return;
    }
    if (count != nullptr) command.count = read_number(context_, *count, 1, most_pulses).value_or(1);
    if (gap == nullptr) return;
    command.gap = read_duration(context_, *gap, day_limits).value_or(command.gap);
    if (count == nullptr) context_.error(gap->at, "'gap' needs a 'count' beside it");
  }

  std::optional<Action> delay() {
    auto const duration = read_duration(context_, kind_);
    if (!duration) return std::nullopt;
    return Action{DelayAction{*duration}};
  }

  std::optional<Action> log() {
    auto text = read_template(context_, kind_);
    if (!text) return std::nullopt;
    return Action{LogAction{std::move(*text)}};
  }

  std::optional<Action> run() {
    RunAction run;
    auto const argv = read_argv(context_, kind_);
    if (argv) {
      for (auto const* argument : *argv) {
        // An empty argument is one; an empty template would be refused.
        if (argument->text.empty())
          run.argv.emplace_back();
        else if (auto text = read_template(context_, {"run", *argument}))
          run.argv.push_back(std::move(*text));
      }
    }
    if (auto const* timeout = map_.take("timeout"))
      run.timeout = read_duration(context_, *timeout, day_limits).value_or(run.timeout);
    if (!argv) return std::nullopt;
    return Action{std::move(run)};
  }

  RulesScope const& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

}  // namespace

void read_actions(Context const& context, YamlEntry const& entry, RulesScope const& scope,
                  std::vector<Action>& actions) {
  if (entry.value.kind == YamlNode::Kind::sequence && entry.value.items.empty())
    context.error(entry.value.at, "'actions' is empty: the rule would do nothing");
  for_each_item(context, entry, action_kinds, [&](YamlEntry const& kind, MapReader& map) {
    if (auto action = ActionReader{scope, kind, map}.read()) actions.push_back(std::move(*action));
  });
}

}  // namespace snapcron
