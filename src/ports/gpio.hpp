#pragma once
// GPIO lines, whatever carries them: libgpiod 1.x, libgpiod 2.x, the simulated chip. Small and
// synchronous; waiting on descriptors, debounce, retries and pulses are built once, above it
// (lines/). Levels are logical: the implementation applies active_low (by the kernel).

#include "core/error.hpp"
#include "core/site.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace snapcron {

struct RawEdge {
  bool high = false;
  Steady at;  // the kernel's time stamp, CLOCK_MONOTONIC
  std::uint32_t lost =
      0;  // edges of this line that went missing just before this one, by sequence numbers
};

/// One requested input line; released on destruction. Not thread-safe.
class InputLine {
 public:
  virtual ~InputLine() = default;
  /// Readable when edges wait. Owned by the line: duplicate it before giving it to a loop.
  virtual int descriptor() const = 0;
  /// Reads a batch without blocking; 0 when none waits. Fault::gone when the chip has vanished.
  virtual Result<std::size_t> read(std::span<RawEdge> edges) = 0;
  /// The level now.
  virtual Result<bool> level() = 0;
  /// The kernel debounces this line; otherwise whoever reads it must.
  virtual bool debounced() const = 0;
  /// Lost edges are seen by sequence numbers; otherwise a full batch is the only hint.
  virtual bool numbered() const = 0;
  /// For the log: "gpiochip0 (auxio) line 3 'INPUT3'".
  virtual std::string describe() const = 0;
};

/// One requested output line. Destruction releases it and leaves the level to the hardware.
class OutputLine {
 public:
  virtual ~OutputLine() = default;
  virtual Result<void> set(bool on) = 0;
  virtual std::string describe() const = 0;
};

class Gpio {
 public:
  virtual ~Gpio() = default;
  /// Errors are complete texts: a missing chip lists the chips that exist, a busy line says who
  /// holds it, a permission says which group owns the device and how to join it.
  virtual Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) = 0;
  /// Direction and level in one request, so that the line never glitches.
  virtual Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) = 0;
  /// The device node to watch for a chip's coming back, "/dev/gpiochip0"; empty for none.
  virtual std::string device_of(std::string const& chip) const = 0;
};

}  // namespace snapcron
