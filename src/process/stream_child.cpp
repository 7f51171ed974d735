#include "process/stream_child.hpp"

#include "process/running.hpp"
#include "process/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

/// When the child last wrote; shared with a sink that may outlive the stream.
struct Pulse {
  RunningChild* child = nullptr;  // which calls the sink, so it is there
  bool wrote = false;
  steady_clock::time_point last = steady_clock::now();

  void beat() {
    last = steady_clock::now();
    if (!std::exchange(wrote, true)) child->changed.cancel();  // another limit holds from now on
  }
};

asio::awaitable<StreamEnd> follow(StreamSpec const& spec, Spawned spawned,
                                  std::function<bool(std::string_view)> take) {
  auto const pulse = std::make_shared<Pulse>();
  auto sink = [pulse, take = std::move(take)](std::string_view bytes) {
    pulse->beat();
    return take(bytes);
  };
  auto const child = std::make_shared<RunningChild>(
      co_await asio::this_coro::executor, std::move(spawned), RunningChild::Sink{std::move(sink)});
  pulse->child = child.get();
  child->watch();
  StreamEnd end;
  bool cancelled = false;
  while (!child->ended && !child->too_much && !cancelled && !end.stalled) {
    auto const limit = pulse->wrote ? spec.stall_timeout : spec.first_within;
    auto const until = pulse->last + std::chrono::duration_cast<steady_clock::duration>(limit);
    end.stalled = steady_clock::now() >= until;
    if (end.stalled) break;
    child->changed.expires_at(until);
    co_await child->changed.async_wait(asio::as_tuple(asio::use_awaitable));
    auto const state = co_await asio::this_coro::cancellation_state;
    cancelled = state.cancelled() != asio::cancellation_type::none;
  }
  end.enough = child->too_much;
  child->forget_sink();
  if (!child->ended) co_await end_child(*child);
  end.exit_code = child->result.exit_code;
  end.errors = std::move(child->result.errors);
  co_return end;
}

}  // namespace

asio::awaitable<Result<StreamEnd>> stream_child(StreamSpec spec,
                                                std::function<bool(std::string_view)> take) {
  auto spawned = spawn({.argv = spec.argv, .environment = {}, .input = spec.input});
  if (!spawned) co_return spawned.error();
  // From here on cancellation is looked for, not thrown: a child that is being ended must be waited
  // for.
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  auto end = co_await follow(spec, std::move(*spawned), std::move(take));
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return end;
}

}  // namespace snapcron
