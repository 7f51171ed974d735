#include "app/picture_recorder.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

/// Deliveries that are done are written in groups: each of them alone would cost the card a sync.
constexpr auto settle_pause = std::chrono::milliseconds{500};
constexpr auto retry_pause = std::chrono::seconds{10};
constexpr auto longest_farewell = std::chrono::seconds{3};

template <class Items>
void append(Items& items, Items more) {
  items.insert(items.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

}  // namespace

PictureRecorder::PictureRecorder(asio::io_context& loop, std::filesystem::path storage, Say say,
                                 std::int64_t first_id)
    : loop_{loop},
      say_{std::move(say)},
      journal_{std::move(storage), first_id},
      timer_{loop},
      ended_{loop, asio::steady_timer::time_point::max()} {}

PictureRecorder::~PictureRecorder() {
  thread_.join();
}

asio::awaitable<Result<void>> PictureRecorder::record(std::vector<PictureJournal::Entry> entries,
                                                      std::map<std::string, unsigned> numbers,
                                                      std::function<void()> written) {
  if (next_.entries.size() >= most_kept)
    co_return Error{Fault::no_space, "the picture is not recorded: " + std::to_string(most_kept) +
                                         " wait for the disk already"};
  append(next_.entries, std::move(entries));
  when_written_.push_back(std::move(written));
  for (auto const& [destination, number] : numbers) next_.numbers[destination] = number;
  if (!failing_) write_at(steady_clock::now());
  auto const mine = writes_ + (writing_ ? 2 : 1);  // one that is under way left without it
  while (writes_ < mine && !failing_ && !stopping_)
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (failing_) co_return *latest_error_;
  if (writes_ < mine) co_return Error{Fault::refused, "not recorded: the program is ending"};
  co_return Result<void>{};
}

void PictureRecorder::try_again() {
  if (failing_) begin_write();
}

void PictureRecorder::settle(PictureJournal::Outcome outcome, std::function<void()> written) {
  next_.outcomes.push_back(std::move(outcome));
  when_written_.push_back(std::move(written));
  if (!armed_) write_at(steady_clock::now() + (failing_ ? retry_pause : settle_pause));
}

void PictureRecorder::write_at(steady_clock::time_point when) {
  if (writing_) return;  // its end looks for more
  armed_ = true;
  timer_.expires_at(when);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled && armed_) begin_write();
  });
}

/// From here on it is under way, not only when the coroutine comes to its turn.
void PictureRecorder::begin_write() {
  timer_.cancel();
  armed_ = false;
  if (writing_ || next_.empty()) return;
  writing_ = true;
  asio::co_spawn(loop_, write(), asio::detached);
}

asio::awaitable<void> PictureRecorder::write() {
  auto const batch = std::exchange(next_, {});
  auto written = std::exchange(when_written_, {});
  auto const work = [this, &batch] {
    auto result = journal_.write(batch);
    return std::pair{std::move(result), journal_.take_notice()};
  };
  auto const [result, notice] = co_await offload(thread_, work);
  writing_ = false;
  ++writes_;
  if (!notice.empty()) say_(false, notice);
  if (result) {
    latest_error_.reset();
    if (std::exchange(failing_, false)) say_(true, "the journal of pictures is written again");
    for (auto const& tell : written) tell();
  } else {
    failed(result.error(), batch, std::move(written));
  }
  ended_.cancel();
  if (!next_.empty())
    write_at(steady_clock::now() + (failing_                ? steady_clock::duration{retry_pause}
                                    : next_.entries.empty() ? settle_pause
                                                            : steady_clock::duration{}));
}

/// Kept in the order in which it came.
void PictureRecorder::failed(Error const& why, PictureJournal::Batch batch,
                             std::vector<std::function<void()>> written) {
  latest_error_ = Error{why.fault, "the journal of pictures cannot be written: " + why.text};
  if (!std::exchange(failing_, true)) say_(false, latest_error_->text + "; it is tried again");
  append(batch.entries, std::move(next_.entries));
  append(batch.outcomes, std::move(next_.outcomes));
  for (auto const& [destination, number] : next_.numbers) batch.numbers[destination] = number;
  append(written, std::move(when_written_));
  next_ = std::move(batch);
  when_written_ = std::move(written);
}

asio::awaitable<void> PictureRecorder::stop() {
  auto const until = steady_clock::now() + longest_farewell;
  timer_.cancel();
  armed_ = false;
  asio::steady_timer give_up{loop_, until};
  give_up.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) ended_.cancel();
  });
  for (bool tried = false;
       (writing_ || (!tried && !next_.empty())) && steady_clock::now() < until;) {
    if (!writing_) {
      tried = true;
      begin_write();
    }
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  stopping_ = true;
  timer_.cancel();
  ended_.cancel();
  if (!next_.entries.empty())
    say_(false, "the last pictures are not recorded: the disk does not take them");
}

}  // namespace snapcron
