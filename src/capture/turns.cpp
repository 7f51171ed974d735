#include "capture/turns.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace snapcron {

namespace asio = boost::asio;

asio::awaitable<Turns::Turn> Turns::take() {
  auto const self = shared_from_this();
  if (closed_) co_return Turn{};
  if (!taken_) {
    taken_ = true;
    co_return Turn{self};
  }
  if (waiters_.size() >= most_waiters_) co_return Turn{};

  Waiter waiter{asio::steady_timer{loop_, asio::steady_timer::time_point::max()}};
  waiters_.push_back(&waiter);
  // Also when the coroutine is destroyed while it waits.
  auto const leave = [&self](Waiter* gone) {
    if (gone->granted)
      self->pass_on();
    else
      self->waiters_.remove(gone);
  };
  std::unique_ptr<Waiter, decltype(leave)> place{&waiter, leave};
  co_await waiter.wake.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!waiter.granted) co_return Turn{};  // closed, or the caller was cancelled
  place.release();
  co_return Turn{self};
}

void Turns::close() {
  closed_ = true;
  for (Waiter* waiter : waiters_) waiter->wake.cancel();
}

void Turns::pass_on() {
  if (waiters_.empty()) {
    taken_ = false;
    return;
  }
  Waiter* const next = waiters_.front();
  waiters_.pop_front();
  next->granted = true;
  next->wake.cancel();
}

}  // namespace snapcron
