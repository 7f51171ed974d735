#include "app/recorder.hpp"

#include "async/offload.hpp"
#include "core/zone.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

Steady steady_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

asio::steady_timer::time_point timer_time(Steady at) {
  return std::chrono::time_point_cast<asio::steady_timer::duration>(at);
}

std::string records(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " record" : " records");
}

Record lost_record(std::size_t count, Instant at) {
  Record record;
  record.at = at;
  record.json = boost::json::serialize(
      boost::json::object{{"time", rfc3339(at, Zone{}, 3)},
                          {"kind", "lost"},
                          {"text", records(count) + ", the disk did not take them in time"}});
  return record;
}

}  // namespace

Recorder::Recorder(asio::io_context& loop, Records& store, Say say, RecorderPace pace)
    : loop_{loop}, store_{store}, say_{std::move(say)}, pace_{pace}, timer_{loop}, ended_{loop} {
  ended_.expires_at(asio::steady_timer::time_point::max());
}

void Recorder::add(Record record, bool urgent) {
  if (queue_.size() >= most_queued) {
    ++lost_;
    lost_at_ = record.at;
    return;
  }
  queue_.push_back(std::move(record));
  write_within(urgent || waiting_ > 0 ? pace_.urgent : pace_.calm);
}

void Recorder::remember(std::string memory, bool urgent) {
  memory_ = std::move(memory);
  write_within(urgent ? pace_.urgent : pace_.calm);
}

void Recorder::write_within(Duration time) {
  auto const at = steady_now() + time;
  if (due_ && *due_ <= at) return;
  due_ = at;
  arm();
}

void Recorder::arm() {
  if (writing_ || stopping_ || !due_) return;
  timer_.expires_at(timer_time(std::max(*due_, not_before_)));
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled && !writing_ && pending()) begin_write();
  });
}

void Recorder::begin_write() {
  writing_ = true;
  due_.reset();
  timer_.cancel();
  asio::co_spawn(loop_, write(), asio::detached);
}

/// One transaction, of all that is there.
asio::awaitable<void> Recorder::write() {
  auto batch = std::exchange(queue_, {});
  auto memory = std::exchange(memory_, {});
  auto const lost = std::exchange(lost_, 0);
  if (lost > 0) batch.push_back(lost_record(lost, lost_at_));
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const work = [this, &batch, &memory] {
    auto written = store_.write(batch, memory);
    return std::pair{std::move(written), store_.take_notice()};
  };
  auto [written, notice] = co_await offload(worker_, work);
  writing_ = false;
  latest_write_ = steady_now();
  if (!notice.empty()) say_(false, notice);
  if (written) {
    succeeded(*written);
  } else {
    if (lost > 0) batch.pop_back();
    lost_ += lost;
    failed(written.error(), std::move(batch), std::move(memory));
  }
  ended_.cancel();
  arm();
}

void Recorder::succeeded(std::int64_t newest) {
  bool const more = newest != newest_;
  newest_ = newest;
  not_before_ = latest_write_ + pace_.between;
  if (std::exchange(failing_, false)) say_(true, "the log of the rules is written again");
  if (pending() && !due_) write_within(pace_.calm);
  if (more) written_();
}

void Recorder::failed(Error const& why, std::vector<Record> batch,
                      std::optional<std::string> memory) {
  not_before_ = latest_write_ + pace_.retry;
  due_ = latest_write_;
  if (!std::exchange(failing_, true))
    say_(false, "the log of the rules cannot be written, it is tried again: " + why.text);
  if (!memory_) memory_ = std::move(memory);
  batch.insert(batch.end(), std::make_move_iterator(queue_.begin()),
               std::make_move_iterator(queue_.end()));
  queue_ = std::move(batch);
  if (queue_.size() <= most_queued) return;
  lost_ += queue_.size() - most_queued;
  lost_at_ = queue_.back().at;
  queue_.resize(most_queued);
}

asio::awaitable<void> Recorder::a_write_has_ended(Steady deadline) {
  asio::steady_timer give_up{loop_, timer_time(deadline)};
  give_up.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) ended_.cancel();  // wakes the others too: all of them look for themselves
  });
  co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> Recorder::write_what_is_queued() {
  while (writing_) co_await a_write_has_ended(Steady::max());
  if (!pending() || stopping_ || (failing_ && steady_now() < not_before_)) co_return;
  // Not at once after another: one who asks over and over must not wear the disk out.
  asio::steady_timer pause{loop_, timer_time(latest_write_ + pace_.urgent)};
  co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  if (pending() && !writing_ && !stopping_) begin_write();
  while (writing_) co_await a_write_has_ended(Steady::max());
}

asio::awaitable<Result<std::vector<Record>>> Recorder::read(LogQuery query) {
  co_await write_what_is_queued();
  co_return co_await read_written(std::move(query));
}

asio::awaitable<Result<std::vector<Record>>> Recorder::read_written(LogQuery query) {
  auto const work = [this, &query] { return std::pair{store_.read(query), store_.take_notice()}; };
  auto [records, notice] = co_await offload(worker_, work);
  if (!notice.empty()) say_(false, notice);
  co_return std::move(records);
}

asio::awaitable<Result<LogPage>> Recorder::page(LogQuery query, Duration wait) {
  bool const follows = wait > Duration::zero();
  auto const seen = newest_;  // there may be newer ones that the query does not want
  if (!follows) co_await write_what_is_queued();
  auto records = co_await read_written(query);
  if (follows && records && records->empty()) {
    co_await wait_newer(std::max(query.after, seen), wait);
    records = co_await read_written(query);
  }
  if (!records) co_return records.error();
  LogPage page;
  page.next = records->empty() ? query.after : records->back().id;
  page.records = std::move(*records);
  co_return page;
}

asio::awaitable<void> Recorder::wait_newer(std::int64_t after, Duration longest) {
  struct Waiting {
    unsigned& count;
    explicit Waiting(unsigned& c) : count{++c} {}
    Waiting(Waiting const&) = delete;
    ~Waiting() { --count; }
  } const waiting{waiting_};
  if (pending()) write_within(pace_.urgent);
  auto const deadline = steady_now() + longest;
  auto const before = newest_;
  while (!stopping_ && newest_ <= after && newest_ == before && steady_now() < deadline)
    co_await a_write_has_ended(deadline);
}

asio::awaitable<void> Recorder::stop() {
  auto const deadline = steady_now() + pace_.farewell;
  stopping_ = true;
  timer_.cancel();
  ended_.cancel();
  while (writing_ && steady_now() < deadline) co_await a_write_has_ended(deadline);
  if (pending() && !writing_) begin_write();
  while (writing_ && steady_now() < deadline) co_await a_write_has_ended(deadline);
  if (writing_ || pending())
    say_(false, "the last records of the log are lost: the disk does not take them");
}

}  // namespace snapcron
