#include "app/wall_timer.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <cstdint>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>

namespace snapcron {
namespace {

int make_timer() {
  int const fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0)
    throw std::system_error{errno, std::generic_category(), "cannot make a wall clock timer"};
  return fd;
}

// Far enough never to come, near enough for every kernel's timespec.
constexpr Instant never{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};

}  // namespace

WallTimer::WallTimer(boost::asio::io_context& loop) : timer_(loop, make_timer()) {
  arm(std::nullopt);
}

void WallTimer::arm(std::optional<Instant> at) {
  Instant const when = at.value_or(never);
  auto const since_epoch = std::max(when.time_since_epoch(), Duration{1});  // zero would disarm
  auto const seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  itimerspec spec{};
  spec.it_value.tv_sec = static_cast<time_t>(seconds.count());
  spec.it_value.tv_nsec = static_cast<long>((since_epoch - seconds).count());
  ::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec,
                    nullptr);
}

boost::asio::awaitable<WallTimer::Wake> WallTimer::wait() {
  for (;;) {
    co_await timer_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               boost::asio::use_awaitable);
    std::uint64_t expirations = 0;
    auto const n = ::read(timer_.native_handle(), &expirations, sizeof expirations);
    if (n == sizeof expirations) co_return Wake::due;
    if (n < 0 && errno == ECANCELED) co_return Wake::clock_set;
    if (n < 0 && errno != EAGAIN && errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "wall clock timer"};
  }
}

}  // namespace snapcron
