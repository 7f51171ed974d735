// Any text as a duration, a size and a time: a value within its bounds that prints and parses to
// itself, or one line of error.

#include "core/quantity.hpp"
#include "core/zone.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}
template <class Value>
void require_one_line(snapcron::Result<Value> const& result) {
  auto const& text = result.error().text;
  require(!text.empty() && text.size() < 1000 && text.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const text{reinterpret_cast<char const*>(data), size};

  if (auto const duration = parse_duration(text)) {
    require(*duration >= Duration::zero() && *duration <= std::chrono::hours{24 * 3650});
    require(parse_duration(to_text(*duration)).value() == *duration);
  } else {
    require_one_line(duration);
  }
  if (auto const bytes = parse_size(text); !bytes) require_one_line(bytes);
  if (auto const time = parse_rfc3339(text))
    require(parse_rfc3339(rfc3339(*time, Zone{}, 9)).value() == *time);
  else
    require_one_line(time);
  return 0;
}
