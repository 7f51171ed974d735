#pragma once
// /io/input.txt: what old clients poll, several times a second; so its text is put together without
// allocating, and the local time of a change is worked out once.

#include "core/input.hpp"
#include "core/zone.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace snapcron::http {

class InputPage {
 public:
  /// Appends one line an input: "input:1 current:0 last:1 pulse:2 time of change:12.22\n";
  /// `manual`: "time_of_change:" as the printed manuals have it.
  void write(std::vector<InputReading> const& readings, Zone const& zone, bool manual,
             std::string& out);

 private:
  struct Known {
    Instant at;
    std::array<char, 5> text{};
  };
  std::array<char, 5> const& local_time(std::size_t index, Instant at, Zone const& zone);

  std::optional<Zone> zone_;
  std::vector<std::optional<Known>> known_;  // by place in the list
};

}  // namespace snapcron::http
