#include "app/deliveries.hpp"

#include "core/quantity.hpp"
#include "process/asked_child.hpp"
#include "upload/message.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr unsigned window_size = 64;
/// A process without work ends: its connection and its memory are given back.
constexpr auto idle = std::chrono::seconds{30};
constexpr auto journal_pause = std::chrono::seconds{10};  // after it could not be read
constexpr auto start_time = std::chrono::seconds{10};     // of the process
/// Beyond the time-outs that the process itself keeps: then it hangs.
constexpr auto grace = std::chrono::seconds{10};

}  // namespace

Deliveries::Deliveries(asio::io_context& loop, Clock const& clock, PictureRecorder& recorder,
                       Setting const& setting, DestinationSpec spec, Host host)
    : loop_{loop},
      clock_{clock},
      recorder_{recorder},
      setting_{setting},
      spec_{std::move(spec)},
      host_{std::move(host)},
      chance_{std::random_device{}()} {}

Deliveries::~Deliveries() = default;

void Deliveries::start() {
  for (unsigned n = 0; n < spec_.parallel; ++n)
    asio::co_spawn(loop_, lane(shared_from_this()), asio::detached);
}

void Deliveries::look(bool now) {
  if (now) health_.not_before = {};
  more_ = true;
  passed_ = 0;
  for (auto* timer : waiting_) timer->cancel();
}

void Deliveries::forget_window() {
  window_.clear();
  look();
}

void Deliveries::close() {
  closed_ = true;
  look();
}

void Deliveries::kill() {
  close();
  for (auto* worker : workers_) worker->kill();
}

asio::awaitable<void> Deliveries::lane(std::shared_ptr<Deliveries> self) {
  std::unique_ptr<AskedChild> worker;
  while (!self->closed_) {
    auto const idle_until = worker ? self->clock_.now().steady + idle : Steady::max();
    auto const delivery = co_await self->next(idle_until);
    if (!delivery) {
      worker.reset();
      continue;
    }
    auto const begun = self->clock_.now().steady;
    auto const result = co_await self->attempt(worker, *delivery);
    self->end(*delivery, result, begun);
  }
}

/// Nothing when there was none up to `idle_until`, or it was closed.
asio::awaitable<std::optional<Delivery>> Deliveries::next(Steady idle_until) {
  while (!closed_) {
    auto const now = clock_.now().steady;
    bool const may = now >= health_.not_before;
    if (may && !window_.empty()) {
      auto delivery = std::move(window_.front());
      window_.pop_front();
      if (!may_be_tried(delivery.id, now)) continue;
      attempts_[delivery.id].under_way = true;
      co_return delivery;
    }
    if (may && earliest_ <= now) more_ = true;
    if (may && more_ && !fetching_) {
      co_await fetch();
      continue;
    }
    if (now >= idle_until) break;
    co_await wait_until(std::min(idle_until, may ? earliest_ : health_.not_before));
  }
  co_return std::nullopt;
}

asio::awaitable<void> Deliveries::fetch() {
  using Found = Result<std::pair<std::vector<Delivery>, std::optional<Instant>>>;
  fetching_ = true;
  more_ = false;
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const work = [name = spec_.name, now = clock_.now().wall,
                     after = passed_](PictureJournal& journal) -> Found {
    auto due = journal.due(name, now, window_size, after);
    if (!due) return due.error();
    // With more at hand nobody asks when the next may be tried, which is a look at all that wait.
    if (due->size() == window_size) return std::pair{std::move(*due), std::optional<Instant>{}};
    auto const earliest = journal.earliest(name);
    if (!earliest) return earliest.error();
    return std::pair{std::move(*due), *earliest};
  };
  auto found = co_await recorder_.ask(work);
  fetching_ = false;
  auto const now = clock_.now();
  earliest_ = Steady::max();
  if (!found) {
    earliest_ = now.steady + journal_pause;
  } else {
    bool const full = found->first.size() == window_size;
    bool const anew = std::exchange(more_, more_ || full);  // somebody asked for a look meanwhile
    passed_ = full && !anew ? found->first.back().id : 0;
    for (auto& delivery : found->first)
      if (may_be_tried(delivery.id, now.steady)) window_.push_back(std::move(delivery));
    // What may be tried already and is not in the window is under way: its end looks again.
    if (found->second && *found->second > now.wall)
      earliest_ = now.steady + (*found->second - now.wall);
  }
  // A disk that takes nothing holds up no second attempt.
  for (auto const& [id, made] : attempts_)
    if (!made.under_way && made.again > now.steady) earliest_ = std::min(earliest_, made.again);
  for (auto* timer : waiting_) timer->cancel();
}

asio::awaitable<void> Deliveries::wait_until(Steady when) {
  asio::steady_timer timer{loop_};
  timer.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(when));
  auto const leave = [this](asio::steady_timer* gone) { waiting_.erase(gone); };
  std::unique_ptr<asio::steady_timer, decltype(leave)> const place{&timer, leave};
  waiting_.insert(&timer);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<UploadResult> Deliveries::attempt(std::unique_ptr<AskedChild>& worker,
                                                  Delivery const& delivery) {
  if (!worker) {
    auto started = AskedChild::start(loop_.get_executor(), setting_.worker);
    if (!started) co_return no_answer(delivery, started.error());
    worker = std::move(*started);
    auto const told = co_await worker->tell(upload::encode(spec_), start_time);
    if (!told) {
      worker.reset();
      co_return no_answer(delivery, told.error());
    }
  }
  auto const upload = upload_of(delivery, setting_.storage, setting_.journal);
  workers_.insert(worker.get());
  auto const longest = spec_.timeout + spec_.connect_timeout + grace;
  auto const answer = co_await worker->ask(upload::encode(upload), longest);
  workers_.erase(worker.get());
  auto const result = answer ? upload::decode_result(*answer) : std::nullopt;
  if (result && result->id == delivery.id) co_return *result;
  worker.reset();
  co_return no_answer(delivery,
                      answer ? Error{Fault::failed, "its answer is of no sense"} : answer.error());
}

/// One that hangs says something of the destination; one that breaks off, of the delivery.
UploadResult Deliveries::no_answer(Delivery const& delivery, Error const& why) const {
  return {.id = delivery.id,
          .verdict = why.fault == Fault::timed_out ? UploadResult::Verdict::down
                                                   : UploadResult::Verdict::again,
          .text = "destination '" + spec_.name + "': the process that delivers: " + why.text};
}

bool Deliveries::may_be_tried(std::int64_t id, Steady now) const {
  auto const made = attempts_.find(id);
  return made == attempts_.end() || (!made->second.under_way && made->second.again <= now);
}

void Deliveries::written(std::int64_t id) {
  auto const made = attempts_.find(id);
  if (--made->second.unwritten == 0 && !made->second.under_way) attempts_.erase(made);
}

void Deliveries::end(Delivery const& delivery, UploadResult const& result, Steady begun) {
  if (closed_ && result.verdict != UploadResult::Verdict::done) return;
  auto const now = clock_.now();
  auto const before = health_.error;
  auto const chance = std::uniform_real_distribution<double>{}(chance_);
  auto const verdict = judge(result, delivery, spec_, begun, now, chance, health_);
  reached_ = health_.failures == 0;
  bool const news = verdict.what != Verdict::What::wait || delivery.error != result.text;
  bool const same = !health_.error.empty() && health_.error == before;
  host_.ended({delivery, verdict.what, news && !same ? result.text : "", now.steady - begun});
  PictureJournal::Outcome outcome{.id = delivery.id,
                                  .destination = delivery.destination,
                                  .verdict = verdict,
                                  .error = result.text};
  if (verdict.what == Verdict::What::give_up) outcome.instead = host_.instead(delivery);
  auto& made = attempts_[delivery.id];
  made.under_way = false;
  ++made.unwritten;
  made.again =
      verdict.what == Verdict::What::wait ? now.steady + (verdict.next - now.wall) : Steady::max();
  auto const other = outcome.instead ? outcome.instead->destination : std::string{};
  recorder_.settle(std::move(outcome),
                   [self = shared_from_this(), delivery, other, what = verdict.what] {
                     self->written(delivery.id);
                     self->host_.settled(delivery, what);
                     self->look();
                     if (!other.empty()) self->host_.queued(other);
                   });
}

}  // namespace snapcron
