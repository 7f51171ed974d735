#pragma once
// The relay guard: a small process that holds the relay lines and their deadlines, so that they
// outlive the daemon. While a daemon is connected it does what that says; without one, pulses end
// at their deadline, the other relays go to their on_exit, and when all are at rest the guard ends.

#include "guard/message.hpp"
#include "guard/socket.hpp"
#include "lines/relays.hpp"
#include "ports/clock.hpp"
#include "ports/gpio.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace snapcron {

class Guard {
 public:
  /// For the log, while no daemon is connected that would write it.
  using Say = std::function<void(std::string const& text)>;

  /// Accepts from `listener`, which is bound to `socket`. `ended` is called once, on the loop: then
  /// it is to be destroyed. `grace` is how long a daemon that died has to come back before a guard
  /// at rest ends. The references outlive it.
  Guard(boost::asio::io_context& loop, Gpio& gpio, Clock const& clock, Descriptor listener,
        std::filesystem::path socket, Say say, std::function<void()> ended,
        Duration grace = std::chrono::seconds{5});
  /// Lets go of the lines, then of the socket: who finds no guard there finds the lines free.
  ~Guard();

 private:
  struct Loop;

  std::shared_ptr<Loop> loop_;  // shared with the handlers that wait
};

}  // namespace snapcron
