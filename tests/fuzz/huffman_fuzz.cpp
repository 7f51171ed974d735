// Whatever a camera sends: tables are put into it once at most, in front of a scan, and nothing
// else is touched.

#include "jpeg/huffman.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const jpeg{reinterpret_cast<char const*>(data), size};
  auto const completed = snapcron::with_huffman_tables(jpeg);
  if (completed == jpeg) return 0;
  constexpr std::size_t tables = 420;
  auto const scan = completed.find("\xff\xc4\x01\xa2");
  if (completed.size() != size + tables || scan == std::string_view::npos) std::abort();
  if (snapcron::with_huffman_tables(completed) != completed) std::abort();
  for (auto at = scan; at != std::string_view::npos;
       at = completed.find("\xff\xc4\x01\xa2", at + 1)) {
    auto without = completed;
    if (without.erase(at, tables) == jpeg) return 0;
  }
  std::abort();
}
