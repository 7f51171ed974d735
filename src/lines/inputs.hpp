#pragma once
// Watches the input lines: waits on their descriptors, debounces where the kernel does not, counts
// losses, re-reads levels, and brings a line back when its chip returns.

#include "core/input.hpp"
#include "core/site.hpp"
#include "ports/clock.hpp"
#include "ports/gpio.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace snapcron {

/// Called on the loop, directly from the wait of the line. It may not call configure() or stop().
struct InputListener {
  virtual ~InputListener() = default;
  /// Settled changes, oldest first, of one input or of several. The Input has the new level
  /// already.
  virtual void on_edges(std::span<InputEdge const> edges) = 0;
  /// Edges went missing; the level is read again, and a difference follows as an edge. With
  /// libgpiod 1.x, whose queue of 16 was full, `lost` is a least number, and 0 where perhaps
  /// nothing was lost.
  virtual void on_lost(InputSpec const& input, std::uint64_t lost) = 0;
  /// A line vanished with its chip, or is back. `text` is complete, for the log. When it is back,
  /// the level is read again, and a difference follows as an edge.
  virtual void on_chip(LineName const& line, bool available, std::string const& text) = 0;
};

class Inputs {
 public:
  /// All four outlive it. The clock's steady base is CLOCK_MONOTONIC, as the kernel's stamps are.
  Inputs(boost::asio::io_context& loop, Gpio& gpio, Clock const& clock, InputListener& listener);
  ~Inputs();

  /// Requests what is new, keeps hold of what did not change, releases what went; counters stay
  /// with the input's number. The level of a newly requested line is taken as it is, without an
  /// edge. When a line cannot be had nothing changes, and the error says why.
  Result<void> configure(std::vector<InputSpec> const& specs);

  /// Null when there is no such input. Good until the next configure().
  Input* find(unsigned number);
  Input const* find(unsigned number) const { return const_cast<Inputs*>(this)->find(number); }
  std::vector<InputSpec> const& specs() const;
  /// False while the input's chip is gone (its last level stands).
  bool available(unsigned number) const;
  /// One line an input for the log: where it was found, who debounces, whether losses are counted.
  std::vector<std::string> describe() const;
  /// Releases all lines and waits for nothing any more.
  void stop();

  /// Handles what is readable now and returns when no raw edge of that input waits to settle.
  boost::asio::awaitable<void> settled(unsigned number);

 private:
  struct Loop;

  std::shared_ptr<Loop> loop_;  // shared with the handlers that wait
};

}  // namespace snapcron
