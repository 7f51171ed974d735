#include "app/series.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {

boost::asio::awaitable<SnapshotReply> take_series(Pictures& pictures, Clock const& clock,
                                                  SnapshotRequest request, TemplateValues values,
                                                  SeriesObserver observer) {
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
  SnapshotReply reply;
  values.rule = values.trigger = "manual";
  Steady next = clock.now().steady;
  for (unsigned n = 1; n <= request.count; ++n) {
    if (n > 1) {
      next = std::max(next + request.interval, clock.now().steady);
      timer.expires_at(std::chrono::time_point_cast<boost::asio::steady_timer::duration>(next));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    Pictures::Take take;
    take.camera = request.camera;
    take.values = values;
    take.values.seq = n;
    take.store = request.store;
    take.to = request.to;
    auto const taken = co_await pictures.take(std::move(take));
    co_await observer(taken);
    if (!taken)
      reply.capture_error = taken.error();
    else if (request.store)
      reply.paths.push_back(taken->path.string());
    else
      reply.jpeg = taken->jpeg;
  }
  co_return reply;
}

}  // namespace snapcron
