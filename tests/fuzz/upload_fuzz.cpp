// Any bytes as a line between the daemon and a process that uploads: refused, or understood so that
// it is said and understood in the same way again.

#include "upload/message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

template <class Value, class Decode>
void check(std::optional<Value> const& value, Decode decode) {
  if (!value) return;
  auto line = snapcron::upload::encode(*value);
  if (line.find('\n') != line.size() - 1) std::abort();
  line.pop_back();
  // Escapes can make a line that was just short enough too long.
  if (line.size() < snapcron::upload::longest_line && decode(line) != value) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron::upload;
  std::string_view const line{reinterpret_cast<char const*>(data), size};
  check(decode_destination(line), decode_destination);
  check(decode_upload(line), decode_upload);
  check(decode_result(line), decode_result);
  return 0;
}
