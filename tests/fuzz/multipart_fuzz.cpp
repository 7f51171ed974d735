// Whatever a camera streams, in whatever pieces: memory stays bounded, and each part handed over is
// within its limit and begins as a JPEG.

#include "curl/multipart.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  constexpr std::size_t most = 2000;
  if (size < 2) return 0;
  std::string_view stream{reinterpret_cast<char const*>(data), size};
  // The first byte is how long the pieces are, the first line the Content-Type.
  auto const piece = std::max<std::size_t>(1, data[0]);
  stream.remove_prefix(1);
  auto const line = stream.substr(0, stream.find('\n'));
  auto const boundary = snapcron::boundary_of(line);
  stream.remove_prefix(std::min(stream.size(), line.size() + 1));
  if (boundary.empty()) return 0;
  snapcron::Multipart parts{boundary, most, [](snapcron::Multipart::Part part) {
                              if (part.bytes->size() > most || !part.bytes->starts_with("\xff\xd8"))
                                std::abort();
                              return part.bytes->size() != 666;
                            }};
  while (!stream.empty() && parts.feed(stream.substr(0, piece), {}))
    stream.remove_prefix(std::min(piece, stream.size()));
  parts.finish();
  if (parts.error().size() > 200) std::abort();
  return 0;
}
