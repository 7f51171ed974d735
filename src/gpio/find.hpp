#pragma once
// What both versions of libgpiod share: finding a chip, and the words for what goes wrong.

#include "core/error.hpp"
#include "gpio/libgpiod.hpp"

#include <span>
#include <string>
#include <vector>

namespace snapcron {

/// "/dev/gpiochip0" and so on, by number.
std::vector<std::string> chip_devices();
/// The device of a chip that is named by path, by name ("gpiochip0") or by label. `who` begins an
/// error's text: "input front-door". Opens every chip when it must look for a label.
Result<std::string> find_device(std::string const& who, std::string const& chip,
                                std::span<ChipReport const> chips);

/// True for "27": a line's offset rather than its name.
bool is_offset(std::string const& line);

/// Why a chip could not be opened, and how to mend it: "may not open /dev/gpiochip0: permission
/// denied; it belongs to the group 'gpio': sudo usermod -aG gpio USER, and log in again".
Error open_error(std::string const& device, int error);
/// `names` are those of the chip's lines, empty where a line has none.
Error no_line(std::string const& who, std::string const& chip, std::string const& line,
              std::span<std::string const> names);
/// `consumer` as the kernel has it; may be empty.
Error request_error(std::string const& who, std::string const& line, std::string const& consumer,
                    int error);
/// A read or a write of a held line failed; Fault::gone when the chip is no longer there.
Error line_error(std::string const& who, std::string const& line, char const* what, int error);

/// "gpiochip0 (auxio)".
std::string chip_text(std::string const& name, std::string const& label);
/// "gpiochip0 (auxio) line 3 'INPUT3'".
std::string line_text(std::string const& chip, unsigned offset, std::string const& name);

}  // namespace snapcron
