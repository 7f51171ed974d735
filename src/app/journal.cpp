#include "app/journal.hpp"

#include "core/quantity.hpp"

namespace snapcron {
namespace {

std::string milliseconds(Duration d) {
  return to_text(std::chrono::round<std::chrono::milliseconds>(d));
}

}  // namespace

void Journal::tell(Fact const& fact) {
  Firing const& firing = *fact.firing;
  std::string const head = "[" + firing.event + "] rule " + firing.rule->name + ": ";
  auto const say = [&](Level level, std::string const& text) { log_.write(level, head + text); };
  switch (fact.kind) {
    case Fact::Kind::trigger: {
      begun_[firing.event] = fact.at.steady;
      auto const late = fact.at.steady - firing.at.steady;
      say(Level::info,
          "fires: " + fact.text +
              (late >= std::chrono::milliseconds{1} ? ", " + milliseconds(late) + " ago" : ""));
      break;
    }
    case Fact::Kind::skip:
      if (auto const held = flood_.admit(firing.rule->name + '\n' + fact.reason, fact.at.steady))
        say(Level::info, "skipped (" + fact.reason + "): " + fact.text + "; " + firing.cause +
                             (*held ? " (" + std::to_string(*held) + " alike held back)" : ""));
      break;
    case Fact::Kind::action:
      break;  // its result says more
    case Fact::Kind::result: {
      if (std::holds_alternative<LogAction>(fact.action->what)) {
        say(Level::info, fact.text);
        break;
      }
      if (std::holds_alternative<IfAction>(fact.action->what)) {
        say(Level::info, "if: " + fact.text);
        break;
      }
      auto const what = describe(*fact.action, names_);
      auto const text = fact.text.empty() ? std::string{fact.ok ? "done" : "failed"} : fact.text;
      say(fact.ok ? Level::info : Level::error, what + (fact.ok ? ": " : " failed: ") + text);
      break;
    }
    case Fact::Kind::end: {
      auto const begun = begun_.extract(firing.event);
      auto const took =
          begun ? ", " + milliseconds(fact.at.steady - begun.mapped()) : std::string{};
      say(fact.ok ? Level::info : Level::warning, (fact.ok ? "ended ok" : "ended failed") + took +
                                                      (fact.text.empty() ? "" : ": " + fact.text));
      break;
    }
  }
}

}  // namespace snapcron
