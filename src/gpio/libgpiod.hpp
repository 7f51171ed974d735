#pragma once
// The kernel's GPIO chips through libgpiod: 1.6 and 2.x each implement this header, in
// libgpiod_v1.cpp and libgpiod_v2.cpp; CMake takes the one that fits the library found.

#include "ports/gpio.hpp"

#include <memory>
#include <string>
#include <vector>

namespace snapcron {

std::unique_ptr<Gpio> open_libgpiod();

/// Of the library that is running: "1.6.3", "2.2.1".
std::string libgpiod_version();

/// One chip of this machine, for `snapcron doctor` and for error texts.
struct ChipReport {
  std::string device;  // "/dev/gpiochip0"
  std::string name;    // "gpiochip0"
  std::string label;   // "pinctrl-rp1"; empty when it could not be opened
  unsigned lines = 0;
  std::string problem;  // why it could not be opened and how to mend it; empty when it could
};

/// Every /dev/gpiochipN, by number.
std::vector<ChipReport> list_chips();

}  // namespace snapcron
