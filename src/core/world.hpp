#pragma once
// What the rules may look at: levels, since when they stand, and the names that people gave.

#include "core/time.hpp"
#include "core/zone.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// The names of lines by number, and the zone of the times in texts.
struct Names {
  std::map<unsigned, std::string> inputs, relays;
  Zone zone{};
  std::string input(unsigned number) const { return of(inputs, number); }
  std::string relay(unsigned number) const { return of(relays, number); }

 private:
  static std::string of(std::map<unsigned, std::string> const& names, unsigned number) {
    auto const it = names.find(number);
    return it == names.end() ? std::to_string(number) : it->second;
  }
};

struct World {
  struct Level {
    bool high = false;
    std::optional<Steady>
        since{};  // of an edge that was seen; nothing: it stands since before the start
  };

  Names names;
  std::vector<Level> inputs;  // by number
  std::vector<bool> relays;   // by number

  Level input(unsigned number) const { return number < inputs.size() ? inputs[number] : Level{}; }
  bool relay(unsigned number) const { return number < relays.size() && relays[number]; }
  void set_input(unsigned number, Level level) {
    if (number >= inputs.size()) inputs.resize(number + 1);
    inputs[number] = level;
  }
  void set_relay(unsigned number, bool on) {
    if (number >= relays.size()) relays.resize(number + 1);
    relays[number] = on;
  }
};

}  // namespace snapcron
