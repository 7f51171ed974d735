#pragma once
// Firings under way: each walks through its rule's actions, into branches and fallbacks, and waits
// where they say.

#include "core/decisions.hpp"
#include "core/input_matcher.hpp"
#include "core/memory.hpp"
#include "core/world.hpp"

#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace snapcron {

/// Something that a `wait_for` may wait for.
struct Happening {
  std::variant<InputTrigger, RelayTrigger, CameraTrigger, WebhookTrigger>
      what;  // an input's edge is rising or falling
  Moment at;
};

class Runs {
 public:
  explicit Runs(World const& world) : world_(world) {}

  /// A run that has ended, for whoever began it.
  struct Ended {
    RunId run = 0;
    std::string rule;
    bool ok = true;
  };
  /// Rules to enable or disable.
  using Switch = EnableAction;

  RunId begin(std::shared_ptr<Firing const> firing, Moment now, Decisions& out);
  void ended(RunId run, bool ok, std::string text, Moment now, Decisions& out);
  /// Ends it where it stands.
  void cancel(RunId run, std::string text, Moment now, Decisions& out);
  void tick(Moment now, Decisions& out);
  /// Runs up to `newest` take notice: one that began with this happening does not wait for it.
  void happened(Happening const& happening, RunId newest, Moment now, Decisions& out);
  /// Without an edge that could be trusted.
  void on_level(unsigned input, bool high);

  /// Nothing when its rule's actions are others now.
  std::optional<RunId> resume(Memory::Waiting const& waiting, std::shared_ptr<Firing const> firing,
                              std::optional<Moment> until, Moment now);
  std::vector<Memory::Waiting> waiting() const;

  std::optional<Steady> wakes() const;
  std::size_t size() const { return runs_.size(); }
  RunId newest() const { return last_; }
  std::string const& event_of(RunId run) const { return runs_.at(run).firing->event; }
  /// What its texts may name now; null for a run that is over.
  TemplateValues const* values(RunId run) const;
  void took_picture(RunId run, std::string path);
  void replied(RunId run, std::map<std::string, std::string> reply);

  /// What came of the calls above; the caller takes them away.
  std::vector<Ended> take_ended() { return std::exchange(ended_, {}); }
  std::vector<Switch> take_switches() { return std::exchange(switches_, {}); }
  bool has_news() const { return !ended_.empty() || !switches_.empty(); }

 private:
  enum class Into : unsigned { then, otherwise, fallback };
  struct Frame {
    std::vector<Action> const* list;
    std::size_t index = 0;
    Into into = Into::then;  // how it was entered from the frame below
    bool failed = false;     // of a fallback: an action in it has failed
  };
  struct Run {
    std::shared_ptr<Firing const> firing;
    TemplateValues values;  // the firing's, and what came since
    std::vector<Frame> frames;
    unsigned seq = 1;
    bool series_failed = false;
    bool failed = false;
    Steady step_started;
    std::optional<Moment> alarm;         // the end of a delay, a wait or the pause in a series
    std::vector<InputMatcher> matchers;  // of a wait: by trigger, for its inputs
    Action const& action() const { return frames.back().list->at(frames.back().index); }
  };
  struct Alarm {
    Steady at;
    RunId run;
    bool operator>(Alarm const& o) const { return at != o.at ? at > o.at : run > o.run; }
  };

  void advance(RunId id, Run& run, Moment now, Decisions& out);
  bool begin_action(RunId id, Run& run, Action const& action, Moment now, Decisions& out);
  void complete(RunId id, Run& run, bool ok, std::string text, Moment now, Decisions& out);
  void tell_result(RunId id, Run const& run, bool ok, std::string text, Moment now, Decisions& out);
  bool leave_list(Run& run);
  void finish(RunId id, bool ok, std::string text, Moment now, Decisions& out);
  void wait(RunId id, Run& run, WaitForAction const& action);
  void set_alarm(RunId id, Run& run, Moment at);
  static std::vector<Action> const* list_into(Action const& action, Into into);

  World const& world_;
  RunId last_ = 0;
  std::unordered_map<RunId, Run> runs_;
  std::set<RunId> waits_;  // in a wait_for
  std::vector<Alarm> alarms_;
  std::vector<Ended> ended_;
  std::vector<Switch> switches_;
};

}  // namespace snapcron
