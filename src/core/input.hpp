#pragma once
// One digital input: debounce (where the kernel has none), counters, and the reading that
// input.txt gives. All levels are logical, after active_low: high is "active", printed as 1.

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace snapcron {

/// A settled change of level: what rules see.
struct InputEdge {
  unsigned input = 0;  // the input's number
  bool high = false;   // the level after the edge
  Steady at;           // kernel time stamp of the transition that settled
  friend bool operator==(InputEdge const&, InputEdge const&) = default;
};

/// What input.txt prints of one input.
struct InputReading {
  unsigned number = 0;
  bool current = false;
  bool last = false;        // the level that the previous read reported
  std::uint64_t pulse = 0;  // completed pulses (high to low) since the previous read
  Instant changed;          // wall time of the latest change; before any, of the start
  friend bool operator==(InputReading const&, InputReading const&) = default;
};

/// Counters that only grow; a reload keeps them, a restart resets them.
struct InputCounters {
  std::uint64_t edges = 0;   // settled changes
  std::uint64_t pulses = 0;  // completed pulses, high to low
  std::uint64_t lost = 0;    // edges that the kernel dropped, by its sequence numbers
  std::optional<Instant> changed;
  std::optional<Duration> last_duration;  // of the last completed pulse
};

class Input {
 public:
  /// `debounce`: zero where there is none or the kernel does it.
  Input(unsigned number, bool high, Moment start, Duration debounce);

  /// A raw edge with its kernel time stamp; `now` relates the stamp to wall time.
  /// Settled changes are appended to `settled`, oldest first. An edge to the level that
  /// already holds is no change (the kernel dropped its counterpart): it settles nothing.
  void edge(bool high, Steady at, Moment now, std::vector<InputEdge>& settled);

  /// The level read again from the line, after `lost` edges went missing or the line came back.
  void reread(bool high, std::uint64_t lost, Moment now, std::vector<InputEdge>& settled);

  /// Settles what has been stable for the debounce time by `now`.
  void settle(Moment now, std::vector<InputEdge>& settled);

  /// When settle() has something to do next.
  std::optional<Steady> settles_at() const;

  /// A read of input.txt: `last` and `pulse` refer to it from now on. peek() leaves them.
  InputReading read();
  InputReading peek() const;

  /// A reload changed the debounce; level, counters and reading stay.
  void set_debounce(Duration debounce);

  bool high() const { return high_; }
  Steady since() const { return since_; }  // when the present level settled (start, before any)
  unsigned number() const { return number_; }
  InputCounters const& counters() const { return counters_; }

 private:
  void change(bool high, Steady at, Moment now, std::vector<InputEdge>& settled);

  unsigned number_;
  bool high_;
  Steady since_;
  Instant changed_;
  Duration debounce_;
  bool raw_ = false;                 // the latest raw level
  std::optional<Steady> raw_since_;  // set while a raw change waits to settle
  bool last_read_;
  std::uint64_t pulses_at_read_ = 0;
  InputCounters counters_;
};

}  // namespace snapcron
