#pragma once
// Runs one blocking call (fsync, crypt, JPEG decoding) on a worker pool; the loop keeps turning.
// A cancelled caller still waits for the call to end, so references in `work` stay good.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace snapcron {

template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> offload(boost::asio::thread_pool& pool, F work) {
  // The worker hears of no cancellation: it could not stop the call, and Asio's co_spawn, told so
  // while the call runs, throws in the worker's thread where nobody catches it.
  co_return co_await boost::asio::co_spawn(
      pool,
      [](F f) -> boost::asio::awaitable<std::invoke_result_t<F&>> {
        co_return f();
      }(std::move(work)),
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot{},
                                          boost::asio::use_awaitable));
}

}  // namespace snapcron
