#pragma once
// The daemon's relays, held by the guard process: what is done here is asking it, and knowing at
// any time what another one would have to be told if it died.

#include "core/relay.hpp"
#include "core/site.hpp"
#include "guard/start.hpp"
#include "ports/clock.hpp"
#include "ports/gpio.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace snapcron {

/// Used like Relays, which does the work at the other end. A call waits for the guard's answer,
/// some twenty microseconds; a guard that does not answer is killed and another one put in its
/// place, which takes the relays up as they stand.
class GuardedRelays {
 public:
  /// A relay went on or off, by a command, the end of a pulse, max_on or the end of the daemon.
  using Changed = std::function<void(unsigned relay, bool on)>;
  /// A line was lost or is back, max_on cut a relay off, a guard ended; a complete text for the
  /// log.
  using Problem = std::function<void(std::string const& text)>;
  /// Starts a guard on a listening socket.
  using Start = std::function<Result<guard::Process>(int listener)>;

  /// The control socket must be held: it makes us the only daemon that speaks to the guard beside
  /// it. `gpio` is for the time in which a guard has died and the next is not there yet: what is
  /// due then is switched from here. The callbacks are called on the loop; they may not call
  /// configure().
  GuardedRelays(boost::asio::io_context& loop, Gpio& gpio,
                std::filesystem::path const& control_socket, Clock const& clock, Changed changed,
                Problem problem, Start start = {});
  /// Without a stop() before it this is a daemon that dies, for the guard.
  ~GuardedRelays();

  /// The first time a guard that a former daemon left is taken over: what it holds and we want too
  /// is kept, and a pulse under way goes on; every other relay goes to its `initial`. Else as
  /// Relays::configure().
  Result<void> configure(std::vector<RelaySpec> const& specs);

  /// Fault::not_found for an unknown relay, Fault::gone while its chip is gone or there is no
  /// guard.
  Result<void> command(unsigned number, RelayCommand const& command);

  bool on(unsigned number) const;
  bool available(unsigned number) const;
  bool pulsing() const;
  std::vector<RelaySpec> const& specs() const;
  /// One line a relay for the log, and one about the guard.
  std::vector<std::string> describe() const;

  /// The end of the daemon: relays without a pulse go to their on_exit, now. The guard sees to the
  /// others when their pulse ends; without any it has ended, and let go of the lines, on return.
  void stop();

 private:
  struct Loop;

  std::shared_ptr<Loop> loop_;  // shared with the handlers that wait
};

/// Does a guard live beside this control socket?
bool guard_answers(std::filesystem::path const& control_socket);

}  // namespace snapcron
