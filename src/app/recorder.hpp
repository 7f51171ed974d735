#pragma once
// Between the loop, where things happen, and the disk, which is slow and may fail: collects records
// and the newest memory, and writes them together, seldom, on a thread of its own.

#include "ports/records.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snapcron {

struct RecorderPace {
  Duration urgent = std::chrono::milliseconds{
      100};  // until something urgent is written, or somebody waits for it
  Duration calm = std::chrono::seconds{2};      // until anything is
  Duration between = std::chrono::seconds{1};   // at least, from one write to the next
  Duration retry = std::chrono::seconds{10};    // after a write that failed
  Duration farewell = std::chrono::seconds{3};  // at most, for the last one
};

/// All calls are made on the loop.
class Recorder {
 public:
  static constexpr std::size_t most_queued = 10'000;
  /// A line for the log: what is wrong (not ok), or works again.
  using Say = std::function<void(bool ok, std::string const& text)>;

  /// `store` must outlive it, and is used by nobody else until it is gone.
  Recorder(boost::asio::io_context& loop, Records& store, Say say, RecorderPace pace = {});
  /// Waits for a write under way.
  ~Recorder() = default;
  Recorder(Recorder const&) = delete;
  Recorder& operator=(Recorder const&) = delete;

  /// Called when records have been written.
  void on_written(std::function<void()> listener) { written_ = std::move(listener); }

  void add(Record record, bool urgent = false);
  /// In place of what was to be remembered before.
  void remember(std::string memory, bool urgent = false);

  /// Returns when all that was added and is to be remembered is written, as far as the disk takes
  /// it.
  boost::asio::awaitable<void> flush() { return write_what_is_queued(); }
  /// All that was added up to now is in it, as far as the disk takes it.
  boost::asio::awaitable<Result<std::vector<Record>>> read(LogQuery query);
  /// The same as a page. With `wait`, only what is written: who follows the log must not make more
  /// writes; where there is nothing, it waits for one.
  boost::asio::awaitable<Result<LogPage>> page(LogQuery query, Duration wait);
  /// Until a record newer than `after` is written, at most that long.
  boost::asio::awaitable<void> wait_newer(std::int64_t after, Duration longest);

  /// Writes what is left. Nobody waits any more; what is added later is lost.
  boost::asio::awaitable<void> stop();

 private:
  bool pending() const { return !queue_.empty() || memory_ || lost_ > 0; }
  void write_within(Duration time);
  void arm();
  void begin_write();
  boost::asio::awaitable<void> write();
  boost::asio::awaitable<Result<std::vector<Record>>> read_written(LogQuery query);
  boost::asio::awaitable<void> write_what_is_queued();
  boost::asio::awaitable<void> a_write_has_ended(Steady deadline);
  void succeeded(std::int64_t newest);
  void failed(Error const& why, std::vector<Record> batch, std::optional<std::string> memory);

  boost::asio::io_context& loop_;
  Records& store_;
  Say const say_;
  RecorderPace const pace_;
  std::function<void()> written_ = [] {};
  std::vector<Record> queue_;
  std::optional<std::string> memory_;
  std::size_t lost_ = 0;  // there was no room for them
  Instant lost_at_;

  std::optional<Steady> due_;
  Steady not_before_;
  Steady latest_write_;
  bool writing_ = false;
  bool failing_ = false;
  bool stopping_ = false;
  std::int64_t newest_ = 0;  // record that was written since the start
  unsigned waiting_ = 0;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer ended_;     // never expires: cancelled when a write has ended
  boost::asio::thread_pool worker_{1};  // last: joined first
};

}  // namespace snapcron
