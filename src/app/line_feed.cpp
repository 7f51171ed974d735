#include "app/line_feed.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>

namespace snapcron {

namespace asio = boost::asio;

void LineFeed::add(LineChange const& change) {
  changes_.push_back(change);
  if (changes_.size() > most_kept) changes_.pop_front();
  ++next_;
  for (auto* timer : *waiting_) timer->cancel();
}

asio::awaitable<Result<LineNews>> LineFeed::after(std::uint64_t moment, Duration wait) {
  if (moment >= next_) {
    asio::steady_timer timer{loop_};
    timer.expires_after(wait);
    auto const leave = [all = waiting_](asio::steady_timer* gone) { all->erase(gone); };
    std::unique_ptr<asio::steady_timer, decltype(leave)> const place{&timer, leave};
    waiting_->insert(&timer);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  LineNews news{.next = next_};
  auto const behind = next_ - std::min(moment, next_);
  if (behind > changes_.size())
    co_return Error{Fault::gone, "more changed than is kept for who is slow"};
  news.changes.assign(changes_.end() - static_cast<std::ptrdiff_t>(behind), changes_.end());
  co_return news;
}

}  // namespace snapcron
