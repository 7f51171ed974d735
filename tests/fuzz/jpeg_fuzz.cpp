// Whatever a camera sends: the check never crashes, and what it accepts is within its limits.

#include "jpeg/check.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const picture = snapcron::check_jpeg({reinterpret_cast<char const*>(data), size});
  if (picture &&
      (picture->width == 0 || std::uint64_t{picture->width} * picture->height > 100'000'000))
    std::abort();
  if (!picture && (picture.error().text.empty() || picture.error().text.size() > 400)) std::abort();
  return 0;
}
