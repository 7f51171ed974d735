#include "async/offload.hpp"

#include <gtest/gtest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <future>

namespace snapcron {
namespace {

namespace asio = boost::asio;

TEST(Offload, LetsTheCallEndWhenItsCallerIsCancelled) {
  asio::io_context loop;
  asio::thread_pool worker{1};
  std::promise<void> begun;
  std::promise<void> may_end;
  bool ended = false;
  asio::cancellation_signal cancel;

  std::function<int()> const blocking = [&] {
    begun.set_value();
    may_end.get_future().wait();
    return 7;
  };
  auto const call = [&]() -> asio::awaitable<void> {
    EXPECT_EQ(co_await offload(worker, blocking), 7);
    ended = true;
  };
  asio::co_spawn(loop, call(),
                 asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr why) {
                   if (why) std::rethrow_exception(why);
                 }));
  asio::post(loop, [&] {
    begun.get_future().wait();
    cancel.emit(asio::cancellation_type::terminal);
    may_end.set_value();
  });

  loop.run();

  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace snapcron
