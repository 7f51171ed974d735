#include "config/rules.hpp"
#include "config/url.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>

namespace snapcron {
namespace {

/// Between frames around a trigger, unless the rule says otherwise.
constexpr auto frames_apart = std::chrono::milliseconds{500};

class ActionReader {
 public:
  ActionReader(RulesScope& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Action> read() {
    if (kind_.key == "snapshot") return snapshot();
    if (kind_.key == "relay") return relay();
    if (kind_.key == "delay") return delay();
    if (kind_.key == "log") return log();
    if (kind_.key == "run") return run();
    if (kind_.key == "mail") return mail();
    if (kind_.key == "alert") return alert();
    if (kind_.key == "wait_for") return wait_for();
    if (kind_.key == "if") return branch();
    if (kind_.key == "enable" || kind_.key == "disable") return enable();
    auto request = read_http_action(kind_, map_, scope_);
    if (!request) return std::nullopt;
    return Action{std::move(*request)};
  }

 private:
  std::optional<Action> snapshot() {
    auto const camera = scope_.references.camera(context_, kind_);
    SnapshotAction snapshot;
    snapshot.count = map_.number("count").value_or(1);
    around(snapshot, camera);
    auto const interval = map_.duration("interval");
    snapshot.interval = interval.value_or(snapshot.around() ? frames_apart : snapshot.interval);
    snapshot.max_age = map_.duration("max_age");
    snapshot.most = {map_.number("width").value_or(0), map_.number("height").value_or(0)};
    if (auto const* filename = map_.take("filename"))
      snapshot.filename = read_template(context_, *filename, Template::Use::file_name);
    if (auto const* to = map_.take("to")) destinations(*to, snapshot.to);
    if (!camera) return std::nullopt;
    snapshot.camera = *camera;
    return Action{std::move(snapshot)};
  }

  /// Frames around the trigger are those of the camera's buffer.
  void around(SnapshotAction& snapshot, std::optional<std::string> const& camera) {
    auto const* const before = map_.take("pre_capture");
    auto const* const after = map_.take("post_capture");
    if (before == nullptr && after == nullptr) return;
    snapshot.pre_capture = map_.duration("pre_capture").value_or(Duration{});
    snapshot.post_capture = map_.duration("post_capture").value_or(Duration{});
    auto const& given = before != nullptr ? *before : *after;
    for (auto const* key : {"count", "max_age"})
      if (auto const* other = map_.take(key))
        context_.error(other->at,
                       snapcron::quoted(key) + " does not go with " + snapcron::quoted(given.key) +
                           ": how many pictures there are, and how old, follows from it");
    if (!camera || scope_.references.open) return;
    auto const buffer = scope_.references.buffers.find(*camera);
    if (buffer == scope_.references.buffers.end())
      return context_.error(
          given.at, snapcron::quoted(given.key) + " needs a camera with a buffer: " +
                        "add 'buffer: {seconds: 10s}' to camera " + snapcron::quoted(*camera));
    if (snapshot.pre_capture > buffer->second)
      context_.error(before->value.at, "'pre_capture' " + before->value.text +
                                           " is longer than the camera's buffer of " +
                                           to_text(buffer->second));
  }

  void destinations(YamlEntry const& entry, std::vector<std::string>& to) {
    if (entry.value.kind == YamlNode::Kind::sequence && entry.value.items.empty())
      context_.error(entry.value.at, "'to' is empty: add a destination's name");
    for (auto const& given : values_of(entry)) {
      auto name = scope_.references.destination(context_, given);
      if (!name) continue;
      if (std::ranges::find(to, *name) != to.end())
        context_.error(given.at(), "destination " + snapcron::quoted(*name) + " stands twice");
      else
        to.push_back(std::move(*name));
    }
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
      command.kind = static_cast<RelayCommand::Kind>(map_.word("set").value_or(0));
    if (pulse != nullptr) this->pulse(*pulse, command, relay);
    command.count = map_.number("count").value_or(1);
    command.gap = map_.duration("gap").value_or(command.gap);
    if (!relay) return std::nullopt;
    return Action{RelayAction{relay->number, command}};
  }

  void pulse(YamlEntry const& entry, RelayCommand& command,
             std::optional<References::Line> const& relay) {
    if (!is_nothing(entry.value))
      command.duration = map_.duration("pulse").value_or(command.duration);
    if (relay && relay->max_on && command.duration > *relay->max_on)
      context_.warning(entry.value.at, "a pulse of " + to_text(command.duration) +
                                           " is cut off by the relay's 'max_on' of " +
                                           to_text(*relay->max_on));
  }

  std::optional<Action> delay() {
    auto const duration = map_.duration(kind_.key);
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
    run.timeout = map_.duration("timeout").value_or(run.timeout);
    if (!argv) return std::nullopt;
    return Action{std::move(run)};
  }

  std::optional<Action> mail() {
    auto const destination = scope_.references.mail(context_, kind_);
    MailAction mail;
    if (auto const* subject = map_.take("subject")) {
      mail.subject = read_template(context_, *subject);
      if (mail.subject && mail.subject->source().find('\n') != std::string::npos)
        context_.error(subject->value.at, "a subject has one line");
    }
    if (auto const* text = map_.take("text")) mail.text = read_template(context_, *text);
    mail.picture = map_.flag("picture").value_or(true);
    if (!destination) return std::nullopt;
    mail.destination = *destination;
    return Action{std::move(mail)};
  }

  std::optional<Action> alert() {
    AlertAction alert;
    auto const* text = map_.require("text", "add what is sent, such as 'text: \"{input} {edge}\"'");
    auto const address = read_text(context_, kind_, "a host and a port");
    auto const parsed =
        text != nullptr ? read_template(context_, *text, Template::Use::message) : std::nullopt;
    alert.latin_1 = map_.word("encoding").value_or(0) == 1;
    alert.timeout = map_.duration("timeout").value_or(alert.timeout);
    if (!address) return std::nullopt;
    auto const target = parse_host_and_port("alert", *address);
    if (!target) {
      context_.error(kind_.value.at, target.error().text);
      return std::nullopt;
    }
    alert.host = target->host;
    alert.port = target->port;
    if (parsed) alert.text = *parsed;
    return Action{std::move(alert)};
  }

  std::optional<Action> wait_for() {
    WaitForAction wait;
    read_triggers(context_, kind_, awaited_kinds(), scope_, wait.triggers);
    if (kind_.value.kind == YamlNode::Kind::sequence && kind_.value.items.empty())
      context_.error(kind_.value.at, "'wait_for' is empty: it would wait for good");
    wait.timeout = map_.duration("timeout");
    return Action{std::move(wait)};
  }

  std::optional<Action> branch() {
    IfAction branch;
    read_conditions(context_, kind_, scope_, branch.conditions);
    if (kind_.value.kind == YamlNode::Kind::sequence && kind_.value.items.empty())
      context_.error(kind_.value.at, "'if' is empty: add conditions");
    if (auto const* then = map_.require("then", "add what is done when the conditions hold"))
      read_actions(context_, *then, scope_, branch.then);
    if (auto const* otherwise = map_.take("else"))
      read_actions(context_, *otherwise, scope_, branch.otherwise);
    return Action{std::move(branch)};
  }

  std::optional<Action> enable() {
    EnableAction action{.rules = {}, .enable = kind_.key == "enable"};
    auto const given = values_of(kind_);
    if (given.empty())
      context_.error(kind_.value.at, snapcron::quoted(kind_.key) + " is empty: add a rule's name");
    for (auto const& rule : given) {
      auto name = read_text(context_, rule, "a rule's name");
      if (!name) continue;
      scope_.mentioned.push_back({&context_, rule.at(), *name});
      action.rules.push_back(std::move(*name));
    }
    return Action{std::move(action)};
  }

  RulesScope& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

}  // namespace

void read_actions(Context const& context, YamlEntry const& entry, RulesScope& scope,
                  std::vector<Action>& actions) {
  if (entry.value.kind == YamlNode::Kind::sequence && entry.value.items.empty())
    context.error(entry.value.at,
                  snapcron::quoted(entry.key) + " is empty: " +
                      (entry.key == "actions" ? "the rule would do nothing" : "add actions"));
  if (scope.actions_deep > deepest)
    return context.error(
        entry.at, "actions stand within actions at most " + std::to_string(deepest) + " deep");
  ++scope.actions_deep;
  for_each_item(context, entry, action_kinds(), [&](YamlEntry const& kind, MapReader& map) {
    auto action = ActionReader{scope, kind, map}.read();
    std::vector<Action> fallback;
    if (auto const* given = map.take("fallback")) read_actions(context, *given, scope, fallback);
    if (action) {
      action->fallback = std::move(fallback);
      actions.push_back(std::move(*action));
    }
    map.finish();
  });
  --scope.actions_deep;
}

}  // namespace snapcron
