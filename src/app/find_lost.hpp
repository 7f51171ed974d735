#pragma once
// What the journal of pictures does not know, because the power failed before it was written, or
// because it was damaged or removed, is found again by what the pictures themselves say.

#include "app/outbox.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>

namespace snapcron {

struct FindLost {
  Outbox& outbox;
  PictureRecorder& recorder;
  boost::asio::thread_pool& workers;  // reads the pictures
  std::filesystem::path storage;
  Zone const& zone;  // a reload may change it
  Clock const& clock;
  std::function<void(std::string const& text)> warn;
};

/// At every start: pictures that were written in the last day and are not recorded are queued.
boost::asio::awaitable<void> find_unrecorded(FindLost with);

/// After the journal was begun anew; at any time, mostly there is nothing to do. Pictures of the
/// last day are queued again for each of their destinations that the journal says nothing of: at
/// worst they come twice. Older ones that the journal does not know at all are set aside, for a
/// person to decide.
boost::asio::awaitable<void> find_lost(FindLost with);

}  // namespace snapcron
