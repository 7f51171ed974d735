#pragma once
// What is measured beyond the status, for Prometheus: how long things take.

#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace snapcron {

/// Durations by size. Counts only grow.
class Histogram {
 public:
  static constexpr std::array<Duration, 14> bounds{
      std::chrono::microseconds{100}, std::chrono::microseconds{500},
      std::chrono::milliseconds{1},   std::chrono::milliseconds{2},
      std::chrono::milliseconds{5},   std::chrono::milliseconds{10},
      std::chrono::milliseconds{25},  std::chrono::milliseconds{50},
      std::chrono::milliseconds{100}, std::chrono::milliseconds{250},
      std::chrono::milliseconds{500}, std::chrono::seconds{1},
      std::chrono::seconds{2},        std::chrono::seconds{5}};

  void add(Duration took) {
    took = std::max(took, Duration::zero());
    auto const at = std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin();
    ++counts_[static_cast<std::size_t>(at)];
    sum_ += took;
  }
  /// How many took at most bounds[i], for an i below their number; of the last i, all.
  std::uint64_t up_to(std::size_t i) const {
    std::uint64_t count = 0;
    for (std::size_t k = 0; k <= i; ++k) count += counts_[k];
    return count;
  }
  std::uint64_t count() const { return up_to(bounds.size()); }
  Duration sum() const { return sum_; }

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  Duration sum_{};
};

/// Of this process, as the kernel has it.
struct ProcessMeasures {
  std::uint64_t resident_bytes = 0, virtual_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t open_files = 0, most_files = 0;
};

struct Measures {
  Histogram edge_to_action;   // from an edge to the begin of the first action that it caused
  Histogram edge_to_picture;  // to each picture of it, durable
  Histogram loop_lag;         // how late the loop comes to what is due
  std::map<std::string, Instant> waiting_since;  // the oldest delivery that waits, by destination
  ProcessMeasures process;
};

}  // namespace snapcron
