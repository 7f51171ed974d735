#include "core/jitter.hpp"

#include <cstdint>

namespace snapcron {
namespace {

std::uint64_t fnv_1a(std::string_view bytes, std::uint64_t hash) {
  for (char const c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

/// FNV's upper bits hardly depend on the last bytes: here every bit comes to depend on every other.
std::uint64_t mixed(std::uint64_t hash) {
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
  return hash ^ hash >> 33;
}

/// The upper 64 bits of the product of two 64-bit numbers.
std::uint64_t upper_half_of_product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t lower = 0xffffffffu;
  auto const cross = (a >> 32) * (b & lower) + ((a & lower) * (b & lower) >> 32);
  auto const carry = (a & lower) * (b >> 32) + (cross & lower);
  return (a >> 32) * (b >> 32) + (cross >> 32) + (carry >> 32);
}

}  // namespace

Duration jitter_of(std::string_view machine, std::string_view rule, Duration max) {
  if (max <= Duration::zero()) return Duration::zero();
  auto const hash =
      mixed(fnv_1a(rule, fnv_1a(std::string_view{"\0", 1}, fnv_1a(machine, 0xcbf29ce484222325u))));
  auto const steps = static_cast<std::uint64_t>(max.count()) + 1;
  return Duration{static_cast<std::int64_t>(upper_half_of_product(hash, steps))};
}

}  // namespace snapcron
