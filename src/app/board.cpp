#include "app/board.hpp"

#include "gpio/libgpiod.hpp"

namespace snapcron {

std::filesystem::path sim_state_file(std::filesystem::path const& control_socket) {
  return control_socket.parent_path() / (control_socket.stem().string() + ".sim");
}

Board::Board(std::filesystem::path const& control_socket) : sim_(sim_state_file(control_socket)) {}

SimChip* Board::drivable(LineName const& line) {
  return line.chip == simulated_chip ? &sim_ : line.chip == virtual_chip ? &virtual_ : nullptr;
}

Gpio& Board::of(LineName const& line) {
  if (auto* chip = drivable(line)) return *chip;
  if (!libgpiod_) libgpiod_ = open_libgpiod();
  return *libgpiod_;
}

Result<std::unique_ptr<InputLine>> Board::request_input(InputSpec const& spec) {
  return of(spec.line).request_input(spec);
}

Result<std::unique_ptr<OutputLine>> Board::request_output(RelaySpec const& spec, bool on) {
  return of(spec.line).request_output(spec, on);
}

std::string Board::device_of(std::string const& chip) const {
  if (chip == simulated_chip || chip == virtual_chip) return {};
  return libgpiod_ ? libgpiod_->device_of(chip) : std::string{};
}

}  // namespace snapcron
