#pragma once
// What people and programs ask the daemon about itself: the value behind `snapcron status`,
// GET /api/v1/status and the pages.

#include "core/input.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

struct InputStatus {
  unsigned number = 0;
  std::string name;
  bool high = false;
  bool available = true;  // false while its chip is gone
  InputCounters counters;
};
struct RelayStatus {
  unsigned number = 0;
  std::string name;
  bool on = false;
  bool available = true;
  std::uint64_t switched = 0;  // since the start
  std::optional<Duration> max_on{};
};
/// The frames that are kept of a camera at the moment.
struct BufferStatus {
  std::size_t frames = 0;
  std::uint64_t bytes = 0;
  Duration span{};  // from the oldest to the newest
  double fps = 0;   // as measured over the span
};
struct CameraStatus {
  enum class State { unknown, ok, lost };
  std::string name;
  State state = State::unknown;
  std::optional<Instant> last;           // the latest good picture
  std::string error;                     // why the latest attempt failed; empty when it did not
  std::optional<BufferStatus> buffer{};  // of a camera that is kept running
  std::uint64_t taken = 0, failed = 0;   // captures since the start
};
struct RuleStatus {
  std::string name;
  bool enabled = true;
  bool running = false;
  std::optional<Instant> last_fired;
  std::uint64_t runs = 0;                        // firings that started
  std::uint64_t failed = 0;                      // of them, ended with a failed action
  std::map<std::string, std::uint64_t> skipped;  // by reason
  std::string last_skip;  // the latest skip's reason in words; empty before any
  std::optional<Instant> next;
  std::optional<Instant> last_skipped{};  // when that was
  std::string description{};
  std::vector<std::string> triggers{};  // in words
};
struct DestinationStatus {
  enum class State { unknown, ok, down };
  std::string name;
  State state = State::unknown;
  std::uint64_t waiting = 0, set_aside = 0;   // now
  std::uint64_t delivered = 0, given_up = 0;  // ever
  std::string error;                          // why it is down; empty when it is not
};
/// Of the certificate that the network port shows.
struct CertificateStatus {
  Instant expires;
  std::string error;  // why what is in its files now is not shown; empty when it is
};
struct Status {
  Zone zone;
  Instant now;
  Instant started;
  std::string version;
  std::string config_error;  // why the latest reload was refused; empty when it was not
  std::vector<InputStatus> inputs;
  std::vector<RelayStatus> relays;
  std::vector<CameraStatus> cameras;
  std::vector<RuleStatus> rules;
  std::uint64_t pictures = 0;
  std::vector<DestinationStatus> destinations;     // and such that are not configured any more
  std::optional<CertificateStatus> certificate{};  // with TLS
};

}  // namespace snapcron
