#include "core/trigger_text.hpp"

#include "core/quantity.hpp"

namespace snapcron {
namespace {

struct Kind {
  char const* operator()(InputTrigger const&) const { return "input"; }
  char const* operator()(CronTrigger const&) const { return "cron"; }
  char const* operator()(EveryTrigger const&) const { return "every"; }
  char const* operator()(SunTrigger const&) const { return "sun"; }
  char const* operator()(StartupTrigger const&) const { return "startup"; }
  char const* operator()(ShutdownTrigger const&) const { return "shutdown"; }
  char const* operator()(RelayTrigger const&) const { return "relay"; }
  char const* operator()(CameraTrigger const&) const { return "camera"; }
  char const* operator()(WebhookTrigger const&) const { return "webhook"; }
};

struct Details {
  Names const& names;
  std::string operator()(InputTrigger const& t) const {
    std::string text = " " + names.input(t.input) + " " + to_text(t.edge);
    if (t.held > Duration::zero()) text += " for " + snapcron::to_text(t.held);
    if (t.count > 1)
      text += " " + std::to_string(t.count) + " times within " + snapcron::to_text(t.within);
    return text;
  }
  std::string operator()(CronTrigger const& t) const { return " " + t.pattern.text(); }
  std::string operator()(EveryTrigger const& t) const { return " " + snapcron::to_text(t.period); }
  std::string operator()(SunTrigger const& t) const {
    std::string text = std::string{" "} + to_text(t.event);
    if (t.offset > Duration::zero()) text += " +" + snapcron::to_text(t.offset);
    if (t.offset < Duration::zero()) text += " -" + snapcron::to_text(-t.offset);
    return text;
  }
  std::string operator()(StartupTrigger const&) const { return {}; }
  std::string operator()(ShutdownTrigger const&) const { return {}; }
  std::string operator()(RelayTrigger const& t) const {
    static constexpr char const* to[] = {" off", " on", " on or off"};
    return " " + names.relay(t.relay) + to[static_cast<int>(t.to)];
  }
  std::string operator()(CameraTrigger const& t) const {
    return " " + t.camera + (t.found ? " found" : " lost");
  }
  std::string operator()(WebhookTrigger const& t) const { return " " + t.name; }
};

}  // namespace

char const* kind_of(Trigger const& trigger) {
  return std::visit(Kind{}, trigger.what);
}

std::string describe(Trigger const& trigger, Names const& names) {
  return kind_of(trigger) + std::visit(Details{names}, trigger.what);
}

char const* to_text(InputTrigger::Edge edge) {
  static constexpr char const* words[] = {"rising", "falling", "both"};
  return words[static_cast<int>(edge)];
}

char const* to_text(SunEvent event) {
  return event == SunEvent::sunrise ? "sunrise" : "sunset";
}

}  // namespace snapcron
