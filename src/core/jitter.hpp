#pragma once
// A delay that spreads many machines' runs of one rule, and is the same for one machine each time.

#include "core/time.hpp"

#include <string_view>

namespace snapcron {

/// A delay in [0, max], as good as uniform over machines and over rules, and always the same for
/// one machine and rule: FNV-1a (64 bits) over the machine's bytes, a zero byte and the rule's
/// bytes, mixed by the finaliser of MurmurHash3 and scaled to [0, max] by the upper half of its
/// product with max + 1. Other programs and releases may rely on it.
Duration jitter_of(std::string_view machine, std::string_view rule, Duration max);

}  // namespace snapcron
