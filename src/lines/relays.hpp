#pragma once
// Drives the relays: pulses and max_on on a timer, safe levels at the end, and a line requested
// again when its chip returns.

#include "core/relay.hpp"
#include "core/site.hpp"
#include "ports/clock.hpp"
#include "ports/gpio.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace snapcron {

class Relays {
 public:
  /// A relay went on or off, by a command, the end of a pulse, max_on or the end of the daemon.
  using Changed = std::function<void(unsigned relay, bool on)>;
  /// A line was lost or is back, or max_on cut a relay off; `text` is complete, for the log.
  using Problem = std::function<void(RelaySpec const& relay, std::string const& text)>;

  /// The references outlive it. The callbacks are called on the loop; they may not call
  /// configure().
  Relays(boost::asio::io_context& loop, Gpio& gpio, Clock const& clock, Changed changed,
         Problem problem);
  /// Releases the lines as they are: the levels are left to the hardware. See stop() and finish().
  ~Relays();

  /// A new relay is requested with direction and `initial` in one request; an unchanged one is
  /// kept, with its pulse; a changed max_on, on_exit or name applies without letting go; one that
  /// went is driven to its on_exit and released. When a line cannot be had nothing changes, and the
  /// error says why. Does not call Changed: ask on(). Commands are taken again after a stop().
  Result<void> configure(std::vector<RelaySpec> const& specs);

  /// Takes relays up where another process left them: each is requested with what it should drive
  /// now. A line that cannot be had is told and tried again. Nothing may be held yet.
  void restore(std::vector<RelaySpec> const& specs, std::vector<RelayState> const& states);

  /// Fault::not_found for an unknown relay. While its chip is gone every command fails
  /// (Fault::gone); only `off` is kept in mind for the chip's return.
  Result<void> command(unsigned number, RelayCommand const& command);

  /// What the relay should be driving; false for an unknown one.
  bool on(unsigned number) const;
  bool available(unsigned number) const;
  /// Of a relay that is known.
  RelayState const& state(unsigned number) const;
  /// Is a pulse under way anywhere?
  bool pulsing() const;
  std::vector<RelaySpec> const& specs() const;
  /// One line a relay for the log.
  std::vector<std::string> describe() const;

  /// The end of the daemon, first half: every relay without a pulse under way goes to its on_exit,
  /// now; the others when their pulse ends. No command is taken any more.
  void stop();
  /// Second half: returns when no pulse is under way, at the latest after `at_most`, when what is
  /// left goes to on_exit too.
  boost::asio::awaitable<void> finish(Duration at_most);

 private:
  struct Loop;

  std::shared_ptr<Loop> loop_;  // shared with the handlers that wait
};

}  // namespace snapcron
