#pragma once
// Pictures taken by hand: one, or a series, through the running daemon's cameras or one's own.

#include "capture/pictures.hpp"
#include "core/template.hpp"
#include "ports/clock.hpp"
#include "ports/controls.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace snapcron {

/// Awaited for each capture of the series, before the next.
using SeriesObserver =
    std::function<boost::asio::awaitable<void>(Result<Pictures::Taken> const& taken)>;

/// `values` hold what is the same for all pictures (zone, event); the rule is "manual". A failed
/// capture does not end the series. The references must outlive the coroutine.
boost::asio::awaitable<SnapshotReply> take_series(Pictures& pictures, Clock const& clock,
                                                  SnapshotRequest request, TemplateValues values,
                                                  SeriesObserver observer);

}  // namespace snapcron
