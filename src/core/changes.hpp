#pragma once
// What is new, for whoever follows the daemon: which things changed, not what they are now. So one
// who is slow misses no state, and nothing has to be kept for anybody.

#include <cstdint>
#include <set>
#include <string>

namespace snapcron {

struct Changes {
  std::set<unsigned> inputs{}, relays{};                     // by number
  std::set<std::string> cameras{}, rules{}, destinations{};  // by name
  bool records = false, pictures = false;                    // there are newer ones
  bool config = false;                                       // a reload, or a refused one
  std::uint64_t next = 0;                                    // the moment behind all of them
};

}  // namespace snapcron
