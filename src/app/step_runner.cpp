#include "app/step_runner.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace snapcron {

namespace asio = boost::asio;

void StepRunner::start(unsigned line, std::vector<LevelStep> steps, Perform perform) {
  auto const turn = ++(*latest_)[line];
  asio::co_spawn(loop_, run(line, turn, std::move(steps), std::move(perform)), asio::detached);
}

void StepRunner::stop() {
  for (auto& [line, turn] : *latest_) ++turn;
}

asio::awaitable<void> StepRunner::run(unsigned line, std::uint64_t turn,
                                      std::vector<LevelStep> steps, Perform perform) {
  auto const latest = latest_;
  asio::steady_timer timer{loop_};
  // The times are counted from the start, so that a late step makes none of the others late.
  auto due = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    due += std::chrono::duration_cast<std::chrono::steady_clock::duration>(steps[i].wait);
    if (steps[i].wait > Duration::zero()) {
      timer.expires_at(due);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if ((*latest)[line] != turn) co_return;
    auto const* then = i + 1 < steps.size() ? &steps[i + 1] : nullptr;
    if (perform(steps[i], then))
      due += std::chrono::duration_cast<std::chrono::steady_clock::duration>(steps[++i].wait);
  }
}

}  // namespace snapcron
