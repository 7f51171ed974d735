#include "core/retention.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr Instant first_credible = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

std::size_t too_old(Duration age, Instant now, std::span<PictureRecord const> oldest) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < oldest.size(); ++i) {
    if (now - oldest[i].captured <= age) break;
    if (oldest[i].captured >= first_credible) count = i + 1;
  }
  return count;
}

}  // namespace

std::size_t to_delete(Retention const& limits, DiskUse use, std::optional<Instant> now,
                      std::span<PictureRecord const> oldest) {
  auto const by_age = limits.age && now ? too_old(*limits.age, *now, oldest) : 0;
  auto const excess = [](std::uint64_t is, std::uint64_t most) {
    return is > most ? is - most : 0;
  };
  auto const wanted = std::max(limits.size ? excess(use.stored, *limits.size) : 0,
                               limits.min_free ? excess(*limits.min_free, use.free) : 0);
  std::size_t by_space = 0;
  for (std::uint64_t freed = 0; freed < wanted && by_space < oldest.size(); ++by_space)
    freed += oldest[by_space].bytes;
  return std::max(by_age, by_space);
}

}  // namespace snapcron
