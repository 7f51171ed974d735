#include "core/fact.hpp"

#include "core/quantity.hpp"
#include "core/trigger_text.hpp"

namespace snapcron {

std::string describe(RelayCommand const& command) {
  switch (command.kind) {
    case RelayCommand::Kind::on:
      return "on";
    case RelayCommand::Kind::off:
      return "off";
    case RelayCommand::Kind::toggle:
      return "toggle";
    case RelayCommand::Kind::pulse:
      break;
  }
  std::string text = "pulse " + to_text(command.duration);
  if (command.count > 1)
    text += " x" + std::to_string(command.count) + ", gap " + to_text(command.gap);
  return text;
}

std::string address_of(AlertAction const& alert) {
  bool const is_v6 = alert.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + alert.host + "]" : alert.host) + ":" + std::to_string(alert.port);
}

std::string describe(Action const& action, Names const& names) {
  struct Words {
    Names const& names;
    std::string operator()(SnapshotAction const& a) const {
      std::string text = "snapshot " + a.camera;
      if (a.pre_capture > Duration::zero()) text += ", from " + to_text(a.pre_capture) + " before";
      if (a.post_capture > Duration::zero())
        text += (a.pre_capture > Duration::zero() ? " to " : ", to ") + to_text(a.post_capture) +
                " after";
      for (auto const& name : a.to) text += (&name == &a.to.front() ? " to " : ", ") + name;
      return text;
    }
    std::string operator()(RelayAction const& a) const {
      return "relay " + names.relay(a.relay) + " " + describe(a.command);
    }
    std::string operator()(DelayAction const& a) const { return "delay " + to_text(a.duration); }
    std::string operator()(LogAction const&) const { return "log"; }
    std::string operator()(RunAction const& a) const { return "run " + a.argv.front().source(); }
    // Without the path: it may hold a secret.
    std::string operator()(HttpAction const& a) const {
      auto const& url = a.url.source();
      return "http " + a.method + " " + url.substr(0, url.find('/', url.find("//") + 2));
    }
    std::string operator()(MailAction const& a) const { return "mail " + a.destination; }
    std::string operator()(AlertAction const& a) const { return "alert " + address_of(a); }
    std::string operator()(WaitForAction const& a) const {
      std::string text = "wait_for";
      for (auto const& trigger : a.triggers)
        text += (&trigger == &a.triggers.front() ? " " : " or ") + describe(trigger, names);
      return a.timeout ? text + ", timeout " + to_text(*a.timeout) : text;
    }
    std::string operator()(EnableAction const& a) const {
      std::string text = a.enable ? "enable" : "disable";
      for (auto const& rule : a.rules) text += (&rule == &a.rules.front() ? " " : ", ") + rule;
      return text;
    }
    std::string operator()(IfAction const&) const { return "if"; }
  };
  return std::visit(Words{names}, action.what);
}

}  // namespace snapcron
