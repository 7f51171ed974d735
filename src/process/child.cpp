#include "process/child.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "process/running.hpp"
#include "process/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

/// Waits until the child has ended, has written too much or `until` is reached; true when the
/// caller has been cancelled.
asio::awaitable<bool> wait(RunningChild& child, steady_clock::time_point until) {
  bool cancelled = false;
  while (!cancelled && !child.ended && !child.too_much && steady_clock::now() < until) {
    child.changed.expires_at(until);
    co_await child.changed.async_wait(asio::as_tuple(asio::use_awaitable));
    auto const state = co_await asio::this_coro::cancellation_state;
    cancelled = state.cancelled() != asio::cancellation_type::none;
  }
  co_return cancelled;
}

/// From here on cancellation is looked for, not thrown: a child that is being ended must be waited
/// for.
asio::awaitable<Result<ChildResult>> follow(ChildSpec const& spec, Spawned spawned) {
  auto const name = snapcron::quoted(spec.argv.front());
  auto const started = steady_clock::now();
  auto const child = std::make_shared<RunningChild>(co_await asio::this_coro::executor,
                                                    std::move(spawned), spec.max_output);
  child->watch();
  bool const cancelled = co_await wait(
      *child, started + std::chrono::duration_cast<steady_clock::duration>(spec.timeout));
  bool const in_time = child->ended;
  if (!child->ended) co_await end_child(*child);
  child->result.took = steady_clock::now() - started;

  if (child->too_much)
    co_return Error{Fault::failed, "command " + name + " wrote more than " +
                                       std::to_string(spec.max_output) + " bytes and was stopped"};
  if (in_time) co_return std::move(child->result);
  if (cancelled) co_return Error{Fault::failed, "command " + name + " was stopped"};
  co_return Error{Fault::timed_out, "command " + name + " did not end within " +
                                        to_text(spec.timeout) + " and was stopped"};
}

}  // namespace

asio::awaitable<Result<ChildResult>> run_child(ChildSpec spec) {
  auto spawned = spawn(spec);
  if (!spawned) co_return spawned.error();
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  auto result = co_await follow(spec, std::move(*spawned));
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

}  // namespace snapcron
