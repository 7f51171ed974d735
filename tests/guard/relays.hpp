#pragma once
// Relays and their commands as the tests of the guard write them.

#include "core/relay.hpp"
#include "core/site.hpp"

#include <chrono>
#include <string>

namespace snapcron::test {

inline RelaySpec relay(unsigned number, std::string const& line) {
  RelaySpec spec;
  spec.number = number;
  spec.name = "r" + std::to_string(number);
  spec.line = {"sim", line};
  return spec;
}
inline RelayCommand steady(RelayCommand::Kind kind) {
  using namespace std::chrono_literals;
  return {kind, 500ms, 1, 500ms};
}
inline RelayCommand pulse(Duration duration) {
  return {RelayCommand::Kind::pulse, duration, 1, duration};
}

}  // namespace snapcron::test
