#include "core/conditions.hpp"

#include "core/quantity.hpp"

namespace snapcron {
namespace {

std::string clock_face(Civil const& civil) {
  char text[16];
  std::snprintf(text, sizeof text, "%02u:%02u:%02u", civil.hour, civil.minute, civil.second);
  return text;
}

std::string weekday_and_time(Civil const& civil) {
  static constexpr char const* days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  return std::string{days[civil.weekday]} + " " + clock_face(civil);
}

bool in_window(TimeCondition const& window, Civil const& civil) {
  std::chrono::seconds const now{civil.hour * 3600 + civil.minute * 60 + civil.second};
  auto const yesterday = (civil.weekday + 6) % 7;
  if (window.from == window.to) return window.weekdays[civil.weekday];
  if (window.from < window.to)
    return now >= window.from && now < window.to && window.weekdays[civil.weekday];
  if (now >= window.from) return window.weekdays[civil.weekday];
  return now < window.to && window.weekdays[yesterday];
}

/// Nothing when the condition holds, else what is there instead.
struct Seen {
  Looking const& looking;
  using Answer = std::optional<std::string>;

  Answer operator()(InputCondition const& c) const {
    auto const level = looking.world.input(c.input);
    if (level.high != c.high) return level.high ? "it is high" : "it is low";
    if (c.held == Duration::zero() || !level.since) return std::nullopt;
    auto const stood = looking.now.steady - *level.since;
    if (stood >= c.held) return std::nullopt;
    return "since " + to_text(std::chrono::floor<std::chrono::milliseconds>(stood)) + " only";
  }
  Answer operator()(RelayCondition const& c) const {
    if (looking.world.relay(c.relay) == c.on) return std::nullopt;
    return c.on ? "it is off" : "it is on";
  }
  Answer operator()(TimeCondition const& c) const {
    auto const civil = c.zone.civil(looking.event);
    if (in_window(c, civil)) return std::nullopt;
    return "it is " + (c.weekdays.all() ? clock_face(civil) : weekday_and_time(civil));
  }
  Answer operator()(CronCondition const& c) const {
    if (c.pattern.matches_minute(looking.event, c.zone)) return std::nullopt;
    auto const civil = c.zone.civil(looking.event);
    return "it is " + weekday_and_time(civil) + " on the " + std::to_string(civil.day) + "." +
           std::to_string(civil.month) + ".";
  }
  Answer operator()(SunCondition const& c) const {
    if (is_day(c.place, looking.event) == c.day) return std::nullopt;
    return c.day ? "it is night" : "it is day";
  }
  Answer operator()(TriggerCondition const& c) const {
    if (looking.trigger == c.id) return std::nullopt;
    return "it was " + std::string{looking.trigger};
  }
  Answer operator()(GroupCondition const& c) const;
};

std::string with_seen(Condition const& condition, std::string const& seen) {
  return condition.text.empty() ? seen : condition.text + ": " + seen;
}

Seen::Answer Seen::operator()(GroupCondition const& c) const {
  std::string all;
  for (auto const& inner : c.of) {
    auto const seen = std::visit(*this, inner.what);
    switch (c.kind) {
      case GroupCondition::Kind::all:
        if (seen) return with_seen(inner, *seen);
        break;
      case GroupCondition::Kind::none:
        if (!seen)
          return "not " + (inner.text.empty() ? std::string{"the group"} : inner.text) +
                 ": it does hold";
        break;
      case GroupCondition::Kind::any:
        if (!seen) return std::nullopt;
        all += (all.empty() ? "none of: " : "; ") + with_seen(inner, *seen);
        break;
    }
  }
  if (c.kind != GroupCondition::Kind::any) return std::nullopt;
  return all.empty() ? "'any' of nothing" : all;
}

}  // namespace

std::optional<std::string> what_fails(std::vector<Condition> const& conditions,
                                      Looking const& looking) {
  for (auto const& condition : conditions)
    if (auto const seen = std::visit(Seen{looking}, condition.what))
      return with_seen(condition, *seen);
  return std::nullopt;
}

}  // namespace snapcron
