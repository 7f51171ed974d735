#pragma once
// When calendar triggers are due, and what becomes of the times that passed unseen: while the
// daemon was down, the machine slept, the clock was set, or was not to be trusted yet. One heap for
// all: a firing costs the logarithm of their number.
//
// Each trigger remembers up to where the calendar has been looked at (`seen`): what lies between
// that and now is judged by its policy. See docs/decisions/0009-missed-times.md.

#include "core/occurrences.hpp"

#include <optional>
#include <vector>

namespace snapcron {

/// What has become of a trigger's time.
struct CalendarEvent {
  enum class Kind {
    fire,    // it is due
    missed,  // it passed unseen and is not made up for
    gap,     // the spring gap swallowed it; `at` is the gap's end
    held,    // it is due by a clock that is not trusted yet
  };
  Kind kind = Kind::fire;
  std::size_t slot = 0;
  Instant at;          // the due time, without jitter; of missed ones the last
  Instant first{};     // of missed ones the first
  unsigned count = 1;  // of missed or swallowed ones
  bool more = false;   // there were more than `count`
};

class Calendar {
 public:
  struct Slot {
    std::size_t rule = 0, trigger = 0;
    Occurrences times;
    Duration jitter{};              // of this rule on this machine
    std::optional<Instant> seen{};  // known from before; else the calendar begins now
    std::optional<Instant> wake{};
    bool told_held = false;
  };

  /// Later than this, a time is missed even when it may be made up for.
  static constexpr Duration on_time = std::chrono::seconds{10};
  /// A clock set back by this much or more is a new time, not a correction (as in Vixie's cron).
  static constexpr Duration large_step = std::chrono::hours{3};
  /// At most so many times of one trigger are made up for, or counted, in one go.
  static constexpr unsigned most = 1000;

  void clear();
  void add(Slot slot, Instant now);
  /// After the last add().
  void arm(Instant now);

  /// From here on the clock counts. `waited`: for how long it did not.
  void trust(Instant now, Duration waited);
  bool trusted() const { return trusted_; }
  void distrust() { trusted_ = false; }

  void tick(Instant now, std::vector<CalendarEvent>& out);
  /// The clock was set: fixed times do not repeat, intervals go straight on.
  void clock_changed(Instant now);

  std::optional<Instant> wakes() const;
  std::vector<Slot> const& slots() const { return slots_; }
  /// When it fires next, with its jitter; nothing when it never does.
  std::optional<Instant> next(std::size_t slot, Instant now) const;

 private:
  struct Due {
    Instant at;
    std::size_t slot;
    bool operator>(Due const& o) const { return at != o.at ? at > o.at : slot > o.slot; }
  };
  void plan(std::size_t index, Instant now);
  void judge(std::size_t index, Instant now, std::vector<CalendarEvent>& out);
  void make_up(std::size_t index, Instant from, Instant newest, Instant now,
               std::vector<CalendarEvent>& out);
  void tell_missed(std::size_t index, Instant from, Instant until,
                   std::vector<CalendarEvent>& out) const;

  bool trusted_ = true;
  std::vector<Slot> slots_;
  std::vector<Due> heap_;
};

}  // namespace snapcron
