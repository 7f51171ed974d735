#pragma once
// Which pictures are deleted to keep within the storage's limits: a decision, as arithmetic.

#include "core/outbox.hpp"
#include "core/site.hpp"

#include <cstdint>
#include <span>

namespace snapcron {

struct DiskUse {
  std::uint64_t stored = 0;  // bytes of all pictures that are recorded
  std::uint64_t free = 0;    // bytes that the disk has left for us
};

/// How many of `oldest` (by the order in which they were recorded) are to go, from the front. `now`
/// unset: the clock is not to be trusted, and nothing is too old. A picture whose time is from
/// before snapcron was written had a wrong clock: it goes by age together with a later one that is
/// too old, not by itself.
std::size_t to_delete(Retention const& limits, DiskUse use, std::optional<Instant> now,
                      std::span<PictureRecord const> oldest);

}  // namespace snapcron
