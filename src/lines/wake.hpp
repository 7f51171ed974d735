#pragma once
// One timer for many deadlines: armed for the earliest, not at all when there is none.

#include "ports/clock.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace snapcron {

class Wake {
 public:
  explicit Wake(boost::asio::io_context& loop) : timer_{loop} {}

  /// Calls `due` on the loop when `at` has come by `clock`, keeping `owner` until then. A wake that
  /// is armed for an earlier time is left: it comes, finds nothing due, and is armed again. That is
  /// cheaper than moving it at each bounce of a contact.
  template <class Owner>
  void arm(std::optional<Steady> at, Clock const& clock, std::shared_ptr<Owner> owner,
           void (Owner::*due)()) {
    if (!at || (armed_ && *armed_ <= *at)) return;
    armed_ = at;
    timer_.expires_after(std::max(*at - clock.now().steady, Duration::zero()));
    timer_.async_wait([this, owner = std::move(owner), due](boost::system::error_code error) {
      if (error) return;
      armed_.reset();
      ((*owner).*due)();
    });
  }
  void cancel() {
    armed_.reset();
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::optional<Steady> armed_;
};

}  // namespace snapcron
