#pragma once
// Between the loop and the journal of pictures: what comes at about the same time is written
// together, on a thread of its own.

#include "async/offload.hpp"
#include "store/picture_journal.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snapcron {

/// All calls are made on the loop.
class PictureRecorder {
 public:
  static constexpr std::size_t most_kept = 10'000;
  /// A line for the log: what is wrong (not good), or works again.
  using Say = std::function<void(bool good, std::string const& text)>;

  /// `first_id` is PictureJournal's.
  PictureRecorder(boost::asio::io_context& loop, std::filesystem::path storage, Say say,
                  std::int64_t first_id = 0);
  /// Waits for what is being written.
  ~PictureRecorder();

  /// Returns when it is durable, or when the disk did not take it: then it is kept, and tried again
  /// until the end of the program. `numbers`: the destinations' counters. `written` is called when
  /// it is durable, in any case.
  boost::asio::awaitable<Result<void>> record(std::vector<PictureJournal::Entry> entries,
                                              std::map<std::string, unsigned> numbers,
                                              std::function<void()> written);
  /// There is room on the disk again: what it did not take is tried at once.
  void try_again();
  /// Soon, together with others; `written` is called when it is durable.
  void settle(PictureJournal::Outcome outcome, std::function<void()> written);

  /// Runs `work(journal)` between two writes.
  template <class Work>
  auto ask(Work work) -> boost::asio::awaitable<decltype(work(std::declval<PictureJournal&>()))> {
    // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
    auto const asked = [this, work = std::move(work)] { return work(journal_); };
    co_return co_await offload(thread_, asked);
  }
  /// What the disk did not take is being tried again.
  bool failing() const { return failing_; }
  /// Before the loop turns.
  PictureJournal& journal() { return journal_; }

  /// Writes what is left; what comes later is lost.
  boost::asio::awaitable<void> stop();

 private:
  void write_at(boost::asio::steady_timer::time_point when);
  void begin_write();
  boost::asio::awaitable<void> write();
  void failed(Error const& why, PictureJournal::Batch batch,
              std::vector<std::function<void()>> written);

  boost::asio::io_context& loop_;
  Say const say_;
  PictureJournal journal_;
  PictureJournal::Batch next_;
  std::vector<std::function<void()>> when_written_;
  std::optional<Error> latest_error_;
  std::uint64_t writes_ = 0;  // that have ended
  bool writing_ = false;
  bool armed_ = false;
  bool failing_ = false;
  bool stopping_ = false;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer ended_;     // never expires: cancelled when a write has ended
  boost::asio::thread_pool thread_{1};  // last: joined first
};

}  // namespace snapcron
