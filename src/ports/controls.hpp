#pragma once
// What the pages, the API and the command line may ask of the running daemon. Real: app/daemon.
// Tests of http/ have their own. All calls are made on the loop.

#include "core/changes.hpp"
#include "core/error.hpp"
#include "core/input.hpp"
#include "core/line_change.hpp"
#include "core/measures.hpp"
#include "core/outbox.hpp"
#include "core/picture_fit.hpp"
#include "core/relay.hpp"
#include "core/status.hpp"
#include "ports/records.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// What `snapcron input N high|low|pulse [DUR]` does to the simulated chip.
struct InputDrive {
  enum class Kind { high, low, pulse };
  Kind kind = Kind::high;
  Duration duration = std::chrono::milliseconds{500};  // of a pulse
};

struct SnapshotRequest {
  std::string camera;                 // empty: the first one
  std::optional<RelayCommand> relay;  // relay 1, switched before the capture
  unsigned count = 1;
  Duration interval = std::chrono::seconds{1};
  bool store = true;              // false: the bytes are wanted, nothing is written
  std::vector<std::string> to{};  // destinations
};
struct SnapshotReply {
  std::vector<std::string> paths;           // of the stored pictures, in order
  std::shared_ptr<std::string const> jpeg;  // when not stored
  std::optional<Error> capture_error;       // no (or not every) picture
  std::optional<Error> relay_error;
  std::optional<Error> delivery_error{};  // without a daemon, which delivers later
  std::vector<PictureRecord> pictures{};  // those that are recorded, in order
};

/// A picture to look at, which is not stored.
struct LookRequest {
  enum class Which {
    fresh,     // as new as the camera has it
    buffered,  // the newest of the camera's buffer
    stored     // the newest that was stored
  };
  std::string camera;  // its name, or its place in the configuration from 1; empty: the first
  Which which = Which::fresh;
  PictureFit fit{};
};

struct TriggerReply {
  bool fired = false;
  std::string reason;  // of a skip: "condition", "cooldown", "mode", "disabled"
  std::string detail;  // in words
};

class Controls {
 public:
  virtual ~Controls() = default;
  virtual Status status() const = 0;
  // Parts of it, for who wants no more.
  virtual std::vector<InputStatus> inputs() const = 0;
  virtual std::vector<RelayStatus> relays() const = 0;
  virtual std::vector<CameraStatus> cameras() const = 0;
  virtual std::vector<RuleStatus> rules() const = 0;
  virtual std::vector<DestinationStatus> destinations() const = 0;
  virtual boost::asio::awaitable<Measures> measures() = 0;
  virtual Zone zone() const = 0;
  /// input.txt. `count`: this is a read, later ones refer to it; false for ?peek.
  virtual std::vector<InputReading> readings(bool count) = 0;
  virtual Result<void> switch_relay(unsigned number, RelayCommand const& command) = 0;
  /// Returns when the engine has seen the settled level. Fault::refused on a real chip.
  virtual boost::asio::awaitable<Result<void>> drive_input(unsigned number, InputDrive drive) = 0;
  /// One step after another, in place of what is still to come of earlier ones; on and off again is
  /// a pulse. The error is that of a first step without a wait.
  virtual Result<void> step_relay(unsigned number, std::vector<LevelStep> steps) = 0;
  /// The same of a virtual input; Fault::not_found when it is none.
  virtual Result<void> step_input(unsigned number, std::vector<LevelStep> steps) = 0;
  /// Now, for line_news().
  virtual std::uint64_t line_moment() const = 0;
  /// What inputs and relays did after that moment; where nothing did, waits for it, at most so
  /// long. Fault::gone when not all of it is known any more.
  virtual boost::asio::awaitable<Result<LineNews>> line_news(std::uint64_t after,
                                                             Duration wait) = 0;
  /// Now, for changes_after().
  virtual std::uint64_t change_moment() const = 0;
  virtual Changes changes_after(std::uint64_t moment) const = 0;
  /// `changed` is called at each change, for as long as the result lives. It is to return at once.
  virtual std::shared_ptr<void> follow_changes(std::function<void()> changed) = 0;
  /// Durable when it returns, as far as the disk takes it. False: it was so already.
  /// Fault::not_found for an unknown rule. `by`: a user's name, for the log; may be empty.
  virtual boost::asio::awaitable<Result<bool>> enable_rule(std::string rule, bool enabled,
                                                           std::string by) = 0;
  /// Fault::not_found for an unknown rule.
  virtual Result<TriggerReply> trigger(std::string const& rule) = 0;
  virtual boost::asio::awaitable<SnapshotReply> snapshot(SnapshotRequest request) = 0;
  virtual boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> look(
      LookRequest request) = 0;
  /// Of a picture that is taken for it; `camera` as in a LookRequest.
  virtual boost::asio::awaitable<Result<PictureSize>> picture_size(std::string camera) = 0;
  /// How many rules it fired; Fault::not_found where no rule has such a trigger.
  virtual Result<unsigned> webhook(std::string const& name) = 0;
  /// Where there is nothing (newer), waits for it, at most so long.
  virtual boost::asio::awaitable<Result<LogPage>> log(LogQuery query, Duration wait) = 0;
  /// The newest first; their paths are absolute.
  virtual boost::asio::awaitable<Result<std::vector<PictureRecord>>> pictures(
      PictureQuery query) = 0;
  /// The file of a picture that is recorded, made to fit. Fault::gone when it is no more,
  /// Fault::busy when too many are wanted at once.
  virtual boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> stored_picture(
      PictureRecord picture, PictureFit fit) = 0;
  virtual boost::asio::awaitable<Result<std::vector<Delivery>>> deliveries(DeliveryQuery query) = 0;
  /// To be tried at once; how many there were.
  virtual boost::asio::awaitable<Result<std::uint64_t>> retry_deliveries(
      DeliverySelection which) = 0;
  /// Not to be delivered any more.
  virtual boost::asio::awaitable<Result<std::uint64_t>> drop_deliveries(
      DeliverySelection which) = 0;
  /// What the configuration on the disk would bring, and its warnings; the error is the whole text
  /// of what is wrong with it. Changes nothing.
  virtual boost::asio::awaitable<Result<std::string>> check() = 0;
  /// The error is the whole text of what is wrong with the new configuration.
  virtual boost::asio::awaitable<Result<std::string>> reload() = 0;
  /// The text of the CRON script of a camera server; Fault::not_found when none is configured.
  virtual boost::asio::awaitable<Result<std::string>> axis_script() = 0;
  /// Puts another in its place, and its rules in force; one with a mistake changes nothing, and the
  /// error is the whole text of what is wrong with it.
  virtual boost::asio::awaitable<Result<std::string>> set_axis_script(std::string script) = 0;
};

}  // namespace snapcron
