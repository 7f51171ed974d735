#pragma once
// Runs a coroutine on a loop until it has ended.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace snapcron {

template <class T>
T await(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, T value) {
    failure = e;
    result.emplace(std::move(value));
  });
  loop.restart();
  while (!result && loop.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::logic_error("the loop ran dry before the coroutine ended");
  return std::move(*result);
}

inline void await(boost::asio::io_context& loop, boost::asio::awaitable<void> work) {
  auto const valued = [](boost::asio::awaitable<void> inner) -> boost::asio::awaitable<bool> {
    co_await std::move(inner);
    co_return true;
  };
  await(loop, valued(std::move(work)));
}

}  // namespace snapcron
