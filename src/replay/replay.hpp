#pragma once
// The real engine on a virtual clock, with a world in which every action takes no time and only
// what the trace says goes wrong. It touches no line, camera, disk or network, and the same trace
// always gives the same facts.

#include "core/engine.hpp"
#include "core/relay.hpp"
#include "core/site.hpp"
#include "replay/trace.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace snapcron {

class Replay {
 public:
  using Observer = std::function<void(Fact const&, Names const&)>;

  /// The site and the trace must outlive it.
  Replay(Site const& site, Trace const& trace, Observer observer);

  /// From `from` to `until`, both included. Lines of the trace before `from` only set levels and
  /// cameras.
  void run(Instant from, Instant until);

 private:
  void start();
  void restart();
  void go_to(Instant at);
  void wake();
  void happen(TraceLine const& line);
  void settle();
  void perform(Perform const& task);
  void switch_relay(unsigned number, RelayCommand const& command);
  void tell_relay(unsigned number, bool before);
  std::optional<Instant> next_wake() const;
  Moment now() const { return {Steady{} + std::chrono::hours{24} + (now_ - from_), now_}; }
  Instant wall_of(Steady at) const { return now().wall_of(at); }

  Site const& site_;
  Trace const& trace_;
  Observer observer_;
  Names names_;
  Instant from_, now_;
  unsigned starts_ = 0;
  std::optional<Engine> engine_;
  Decisions decisions_;
  std::map<unsigned, Relay> relays_;
  std::map<unsigned, bool> inputs_;
  std::set<std::string> offline_;
};

}  // namespace snapcron
