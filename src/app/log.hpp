#pragma once
// The daemon's voice: lines on stderr, written by a thread of their own so that a slow reader of the log
// cannot hold up the loop. Bounded: what does not fit is counted and said.

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
  /// Under systemd (JOURNAL_STREAM) lines carry a level prefix, as sd-daemon(3) describes, else the time.
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

/// Lets through the first message of a kind and then at most one a second, with the number held back.
class Flood {
 public:
  /// Null: hold this one back. Else what to add to the line: "" or " (12 alike held back)".
  std::optional<std::string> admit(std::string const& kind, Steady now);

 private:
  struct Seen {
    Steady at;
    std::size_t held = 0;
  };
  std::map<std::string, Seen> seen_;
};

}  // namespace snapcron
