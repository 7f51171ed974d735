// Any text: parse() refuses it at a column within it, or next() is later than what it was asked
// after, matches the minute that it names, and comes to an end.

#include "core/cron.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  static Zone const zones[] = {Zone{}, Zone::find("Europe/Berlin").value(),
                               Zone::find("Australia/Lord_Howe").value(),
                               Zone::find("America/Santiago").value()};
  if (size < 5) return 0;
  // Five bytes say where to begin (seconds from 1970, to about 2106) and in which zone.
  std::uint32_t seconds = 0;
  for (int i = 0; i < 4; ++i) seconds = seconds << 8 | data[i];
  auto const& zone = zones[data[4] % std::size(zones)];
  auto const gap = (data[4] & 0x80) != 0 ? Cron::Gap::run_once : Cron::Gap::skip;
  std::string_view const text{reinterpret_cast<char const*>(data) + 5, size - 5};

  auto const cron = Cron::parse(text);
  if (!cron) {
    require(cron.error().column <= text.size());
    require(!cron.error().text.empty() && cron.error().text.find('\n') == std::string::npos);
    return 0;
  }
  auto const again = Cron::parse(cron->text());
  require(again && *again == *cron);
  Instant at{std::chrono::seconds{seconds}};
  for (int i = 0; i < 20; ++i) {
    auto const next = cron->next(at, zone, gap);
    if (!next) break;
    require(*next > at);
    if (gap == Cron::Gap::skip) require(cron->matches_minute(*next, zone));
    // Nothing was passed over: asked again from in between, the answer is the same.
    require(cron->next(at + (*next - at) / 2, zone, gap) == next);
    require(cron->next(*next - std::chrono::nanoseconds{1}, zone, gap) == next);
    at = *next;
  }
  return 0;
}
