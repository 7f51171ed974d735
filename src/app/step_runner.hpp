#pragma once
// Performs steps of levels one after another, each line by itself.

#include "core/line_change.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace snapcron {

/// All calls are made on the loop.
class StepRunner {
 public:
  /// Performs `step`; `then` is the one that follows, if there is one. True: it performed both.
  using Perform = std::function<bool(LevelStep const& step, LevelStep const* then)>;

  explicit StepRunner(boost::asio::io_context& loop) : loop_{loop} {}

  /// From now on; steps of the line that are still to come are not performed any more. A first step
  /// without a wait is performed before this returns.
  void start(unsigned line, std::vector<LevelStep> steps, Perform perform);
  /// No further step is performed, of any line.
  void stop();

 private:
  boost::asio::awaitable<void> run(unsigned line, std::uint64_t turn, std::vector<LevelStep> steps,
                                   Perform perform);

  boost::asio::io_context& loop_;
  // Shared with the coroutines, which may outlive this.
  std::shared_ptr<std::map<unsigned, std::uint64_t>> latest_ =
      std::make_shared<std::map<unsigned, std::uint64_t>>();
};

}  // namespace snapcron
