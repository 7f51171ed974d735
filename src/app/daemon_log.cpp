// What the daemon remembers: the record of every decision, who was refused, and the engine's
// memory; and who asks for them.
#include "app/daemon.hpp"
#include "facts/fact_json.hpp"
#include "facts/memory_json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace snapcron {
namespace {

/// From the first change to its being handed to the recorder, so that a burst of events costs one
/// text.
constexpr auto memory_pause = std::chrono::milliseconds{50};

}  // namespace

void Daemon::record(Fact const& fact) {
  auto const& firing = *fact.firing;
  auto object = fact_json(fact, engine_.names());
  if (fact.kind == Fact::Kind::skip) {
    // A contact that chatters must not push what matters out of a record that is bounded.
    auto const held = record_flood_.admit(firing.rule->name + '\n' + fact.reason, fact.at.steady);
    if (!held) return;
    if (*held > 0) object["held_back"] = *held;
  }
  bool const urgent = fact.kind == Fact::Kind::trigger || news_.followed();
  recorder_.add({.id = 0,
                 .at = fact.at.wall,
                 .rule = firing.rule->name,
                 .event = firing.event,
                 .json = boost::json::serialize(object)},
                urgent);
}

// In words that programs which ban addresses can look for.
void Daemon::login_refused(std::string const& from, bool limited) {
  if (!limited)
    log_.write(Level::warning, "log-in refused: wrong name, password or token from " + from);
  else if (refused_flood_.admit({}, clock_.now().steady))
    log_.write(Level::warning, "log-in refused: too many guesses, the last one from " + from +
                                   "; more of this is not written for a minute");
}

void Daemon::remember_soon() {
  if (memory_timer_armed_ || stopping_) return;
  memory_timer_armed_ = true;
  memory_timer_.expires_after(memory_pause);
  memory_timer_.async_wait([this](boost::system::error_code cancelled) {
    memory_timer_armed_ = false;
    if (!cancelled && !stopping_) remember();
  });
}

void Daemon::remember() {
  auto const memory = engine_.memory();
  auto text = memory_text(memory);
  if (text == remembered_) return;
  bool const waits =
      !memory.runs.empty() ||
      std::ranges::any_of(memory.rules, [](auto const& rule) { return !rule.second.held.empty(); });
  remembered_ = text;
  recorder_.remember(std::move(text), waits);
}

Result<unsigned> Daemon::webhook(std::string const& name) {
  if (stopping_) return Error{Fault::refused, "the daemon is stopping"};
  if (engine_.on_webhook(name, clock_.now(), decisions_) == 0)
    return Error{Fault::not_found, "there is no webhook '" + name + "'"};
  auto const fired = std::ranges::count(decisions_.facts, Fact::Kind::trigger, &Fact::kind);
  settle();
  return static_cast<unsigned>(fired);
}

boost::asio::awaitable<Result<LogPage>> Daemon::log(LogQuery query, Duration wait) {
  return recorder_.page(std::move(query), wait);
}

}  // namespace snapcron
