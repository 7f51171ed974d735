#pragma once
// What is kept over a restart: the log of what the rules did, and the engine's memory. Real:
// store/state_store. Tests of the recorder have their own.

#include "core/error.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snapcron {

/// A line of the log.
struct Record {
  std::int64_t id = 0;  // given when it is written: each is greater than the one before
  Instant at{};
  std::string rule{};   // empty: of no rule
  std::string event{};  // empty: of no firing
  std::string json{};   // an object: all of it
  friend bool operator==(Record const&, Record const&) = default;
};

struct LogQuery {
  std::optional<std::string> rule{};  // of this one only
  std::int64_t after =
      0;  // only greater ids; one that the log never gave (it was begun anew) counts as 0
  std::int64_t before = 0;         // only smaller ids; 0: all
  std::optional<Instant> since{};  // that were written then or later
  std::optional<Instant> until{};  // before that
  bool newest = true;  // the newest ones, where there are more than `limit`; else the oldest
  unsigned limit = 100;
};

struct LogPage {
  std::vector<Record> records{};  // ascending
  std::int64_t next = 0;          // what to ask for `after` to go on from here
};

/// All calls block and are made one after another, by any thread.
class Records {
 public:
  virtual ~Records() = default;
  /// Both or none, durable when it returns. The id of the newest record.
  virtual Result<std::int64_t> write(std::span<Record const> appended,
                                     std::optional<std::string> const& memory) = 0;
  /// What was last written as memory; nothing when there never was any.
  virtual Result<std::optional<std::string>> memory() = 0;
  /// Ascending.
  virtual Result<std::vector<Record>> read(LogQuery const& query) = 0;
  /// What a person should know of the latest calls (a broken file was put aside); empty mostly.
  virtual std::string take_notice() = 0;
};

}  // namespace snapcron
