#pragma once
// All chips of a site behind one port: lines whose chip is "sim" go to the simulated chip, virtual
// inputs to another of that kind, the others to libgpiod.

#include "ports/gpio.hpp"
#include "sim/chip.hpp"

#include <filesystem>
#include <memory>

namespace snapcron {

constexpr char const* simulated_chip = "sim";

class Board : public Gpio {
 public:
  /// The simulated chip's outputs live beside the control socket (sim_state_file()).
  explicit Board(std::filesystem::path const& control_socket);

  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override;
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) override;
  std::string device_of(std::string const& chip) const override;

  /// The chip that has the line and can be driven by hand; null for a real one.
  SimChip* drivable(LineName const& line);

 private:
  Gpio& of(LineName const& line);

  SimChip sim_;
  SimChip virtual_{{}};             // inputs only
  std::unique_ptr<Gpio> libgpiod_;  // opened with its first line
};

/// Where the simulated chip keeps what its outputs drive.
std::filesystem::path sim_state_file(std::filesystem::path const& control_socket);

}  // namespace snapcron
