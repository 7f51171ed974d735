#include "facts/fact_json.hpp"

#include "core/quantity.hpp"
#include "core/trigger_text.hpp"

#include <boost/json/array.hpp>

namespace snapcron {
namespace {

namespace json = boost::json;

std::string time_text(Instant at, Zone const& zone) {
  bool const whole = at == std::chrono::floor<std::chrono::seconds>(at);
  return rfc3339(at, zone, whole ? 0 : 3);
}

/// An action's own words and parameters.
struct Parameters {
  Names const& names;
  json::object& o;

  void operator()(SnapshotAction const& a) const {
    o["action"] = "snapshot";
    o["snapshot"] = a.camera;
    o["camera"] = a.camera;
    if (a.filename) o["filename"] = a.filename->source();
    if (!a.to.empty()) o["to"] = json::array(a.to.begin(), a.to.end());
    if (a.pre_capture > Duration::zero()) o["pre_capture"] = to_text(a.pre_capture);
    if (a.post_capture > Duration::zero()) o["post_capture"] = to_text(a.post_capture);
    if (a.max_age) o["max_age"] = to_text(*a.max_age);
    if (a.most.width > 0) o["width"] = a.most.width;
    if (a.most.height > 0) o["height"] = a.most.height;
    if (a.count > 1) o["count"] = a.count;
    if (a.count > 1 || a.around()) o["interval"] = to_text(a.interval);
  }
  void operator()(RelayAction const& a) const {
    o["action"] = "relay";
    o["relay"] = names.relay(a.relay);
    if (a.command.kind != RelayCommand::Kind::pulse) {
      o["set"] = describe(a.command);
      return;
    }
    o["pulse"] = to_text(a.command.duration);
    if (a.command.count == 1) return;
    o["count"] = a.command.count;
    o["gap"] = to_text(a.command.gap);
  }
  void operator()(DelayAction const& a) const {
    o["action"] = "delay";
    o["delay"] = to_text(a.duration);
  }
  void operator()(LogAction const&) const { o["action"] = "log"; }  // its text is the fact's
  void operator()(RunAction const& a) const {
    o["action"] = "run";
    json::array argv;
    for (auto const& word : a.argv) argv.emplace_back(word.source());
    o["run"] = std::move(argv);
    o["timeout"] = to_text(a.timeout);
  }
  // Without the address's path: it may hold a secret.
  void operator()(HttpAction const& a) const {
    o["action"] = "http";
    auto const& url = a.url.source();
    o["http"] = url.substr(0, url.find_first_of("/?#", url.find("//") + 2));
    o["method"] = a.method;
  }
  // Without their texts: "text" is what is said of the action itself.
  void operator()(MailAction const& a) const {
    o["action"] = "mail";
    o["mail"] = a.destination;
    if (a.subject) o["subject"] = a.subject->source();
    o["picture"] = a.picture;
  }
  void operator()(AlertAction const& a) const {
    o["action"] = "alert";
    o["alert"] = address_of(a);
    o["timeout"] = to_text(a.timeout);
  }
  void operator()(WaitForAction const& a) const {
    o["action"] = "wait_for";
    json::array triggers;
    for (auto const& trigger : a.triggers) triggers.emplace_back(describe(trigger, names));
    o["wait_for"] = std::move(triggers);
    if (a.timeout) o["timeout"] = to_text(*a.timeout);
  }
  void operator()(EnableAction const& a) const {
    char const* const word = a.enable ? "enable" : "disable";
    o["action"] = word;
    o[word] = json::array(a.rules.begin(), a.rules.end());
  }
  void operator()(IfAction const&) const { o["action"] = "if"; }
};

void add_action(Fact const& fact, Names const& names, json::object& o) {
  std::visit(Parameters{names, o}, fact.action->what);
  if (auto const* shots = std::get_if<SnapshotAction>(&fact.action->what);
      shots && shots->count > 1)
    o["seq"] = fact.seq;
}

char const* word(Fact::Kind kind) {
  static constexpr char const* words[] = {"trigger", "skip", "action", "result", "end"};
  return words[static_cast<int>(kind)];
}

}  // namespace

json::object fact_json(Fact const& fact, Names const& names) {
  Firing const& firing = *fact.firing;
  json::object o{{"time", time_text(fact.at.wall, names.zone)},
                 {"kind", word(fact.kind)},
                 {"event", firing.event},
                 {"rule", firing.rule->name}};
  switch (fact.kind) {
    case Fact::Kind::trigger:
    case Fact::Kind::skip:
      if (fact.kind == Fact::Kind::skip) {
        o["reason"] = fact.reason;
        o["text"] = fact.text;
        if (fact.count > 1) o["count"] = fact.count;
      }
      o["trigger"] = firing.values.trigger;
      o["cause"] = firing.cause;
      if (!firing.values.input.empty()) o["input"] = firing.values.input;
      if (!firing.values.edge.empty()) o["edge"] = firing.values.edge;
      if (firing.at.wall != fact.at.wall) o["due"] = time_text(firing.at.wall, names.zone);
      break;
    case Fact::Kind::action:
      add_action(fact, names, o);
      if (std::holds_alternative<LogAction>(fact.action->what))
        o["log"] = fact.text;
      else
        o["text"] = describe(*fact.action, names);
      break;
    case Fact::Kind::result:
      add_action(fact, names, o);
      o["ok"] = fact.ok;
      o["what"] = describe(*fact.action, names);
      if (!fact.text.empty()) o["text"] = fact.text;
      break;
    case Fact::Kind::end:
      o["result"] = fact.ok ? "ok" : "failed";
      if (!fact.text.empty()) o["text"] = fact.text;
      break;
  }
  return o;
}

}  // namespace snapcron
