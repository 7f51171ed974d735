#pragma once
// The built-in simulated chip: the same port as the kernel's chips, driven by `snapcron input`.
//
// It behaves like a real board where that matters for safety: an output keeps its last level when
// its line is released and when its process dies (the levels live in a file, beside the control
// socket), and has one holder at a time, over all processes.

#include "ports/gpio.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace snapcron {

class SimChip : public Gpio {
 public:
  /// The file is made by the first request of an output.
  explicit SimChip(std::filesystem::path state_file);
  ~SimChip() override;

  /// Any line name is good. A line that is held already is Fault::busy. The logical level of an
  /// input is low at start.
  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override;
  /// Fault::busy, naming the process, while another one lives that holds the line.
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) override;
  std::string device_of(std::string const&) const override { return {}; }

  /// Drives an input, by its number, to a logical level; when the level changes, an edge stamped
  /// now waits on the line. Fault::not_found when no such input is requested. To be called on the
  /// loop.
  Result<void> drive(unsigned input, bool high);

  /// What each output that was ever requested drives: its name and its electrical level (after
  /// active_low: what a voltmeter would show). Empty when the file does not exist.
  static std::vector<std::pair<std::string, bool>> levels(std::filesystem::path const& state_file);

 private:
  class Input;
  class Output;
  struct Board;

  std::shared_ptr<Board> board_;  // shared with the lines, which may outlive the chip
};

}  // namespace snapcron
