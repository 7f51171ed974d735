#pragma once
// The daemon's voice: lines on stderr, written by a thread of their own so that a slow reader of
// the log cannot hold up the loop. Bounded: what does not fit is counted and said.

#include "core/time.hpp"
#include "core/zone.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace snapcron {

enum class Level { error, warning, info, debug };

class Log {
 public:
  /// Under systemd (JOURNAL_STREAM) lines carry a level prefix, as sd-daemon(3) describes, else the
  /// time.
  explicit Log(Zone zone);
  /// Writes what is queued, for at most a second.
  ~Log();
  Log(Log const&) = delete;
  Log& operator=(Log const&) = delete;

  void write(Level level, std::string_view text);
  void set_zone(Zone zone);

 private:
  void run();

  bool const journal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> lines_;
  Zone zone_;
  std::size_t dropped_ = 0;
  bool stop_ = false;
  std::thread writer_;
};

/// Lets through the first messages of a kind and then at most one in a while, with the number held
/// back.
class Flood {
 public:
  /// `burst` at once; each `pause` brings one more.
  explicit Flood(unsigned burst = 1, Duration pause = std::chrono::seconds{1})
      : burst_(burst), pause_(pause) {}

  /// Null: hold this one back. Else how many of its kind were held back before it.
  std::optional<std::size_t> admit(std::string const& kind, Steady now);

 private:
  struct Seen {
    Steady full_at;  // when nothing is left of what was let through
    std::size_t held = 0;
  };
  unsigned const burst_;
  Duration const pause_;
  std::map<std::string, Seen> seen_;
};

}  // namespace snapcron
