// Any text: parse() refuses it at a column within it, or next(), last() and swallowed() agree with
// a plain definition that tries every minute or second (tests/support/cron_oracle.hpp), and come to
// an end.

#include "support/cron_oracle.hpp"

#include "core/upcoming.hpp"

#include <cstdlib>

namespace {

using namespace snapcron;
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds) std::abort();
}

Zone const zones[] = {Zone{},
                      Zone::find("Europe/Berlin").value(),
                      Zone::find("Australia/Lord_Howe").value(),
                      Zone::find("America/Santiago").value(),
                      Zone::find("Antarctica/Troll").value(),
                      Zone::find("Pacific/Apia").value(),
                      Zone::find("Africa/Casablanca").value(),
                      Zone::find("Europe/Dublin").value()};

/// A time near a change of clocks when the input asks for that; most are, for little happens
/// elsewhere.
Instant beginning(std::uint32_t seconds, bool near_change, Zone const& zone) {
  std::chrono::sys_seconds const at{std::chrono::seconds{seconds}};
  auto const change = zone.period(at).end;
  if (!near_change || change >= std::chrono::sys_days{std::chrono::year{2199} / 1 / 1}) return at;
  return change - std::chrono::seconds{seconds % 10'000};
}

/// Walks `until` from `at` by next(), and the same by the definition.
void agree(Cron const& cron, CronOracle const& oracle, Zone const& zone, Instant at,
           Instant until) {
  auto const expected = oracle_times(oracle, zone, at, until);
  require(cron.last(at, until, zone) ==
          (expected.empty() ? std::nullopt : std::optional{expected.back()}));
  auto after = at;
  for (auto const time : expected) {
    require(cron.next(after, zone) == time);
    after = time;
  }
  auto const next = cron.next(after, zone);
  require(!next || *next > until);
}

/// What lies further away than the definition can try: asked from in between, the answer is the
/// same.
void walk(Cron const& cron, Zone const& zone, Instant at, bool gap_run_once) {
  for (int i = 0; i < 10; ++i) {
    auto const next = next_time(cron, zone, at, gap_run_once);
    if (!next) return;
    require(*next > at);
    auto const lost = cron.swallowed(at, *next, zone);
    if (gap_run_once)
      require(!lost || lost->at == *next);
    else
      require(cron.matches_minute(*next, zone) && cron.last(at, *next, zone) == next);
    require(next_time(cron, zone, at + (*next - at) / 2, gap_run_once) == next);
    require(next_time(cron, zone, *next - 1ns, gap_run_once) == next);
    at = *next;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 5) return 0;
  // Five bytes say where to begin (seconds from 1970, to about 2106) and in which zone.
  std::uint32_t seconds = 0;
  for (int i = 0; i < 4; ++i) seconds = seconds << 8 | data[i];
  auto const& zone = zones[data[4] % std::size(zones)];
  std::string_view const text{reinterpret_cast<char const*>(data) + 5, size - 5};

  auto const cron = Cron::parse(text);
  if (!cron) {
    require(cron.error().column <= text.size());
    require(!cron.error().text.empty() && cron.error().text.find('\n') == std::string::npos);
    return 0;
  }
  auto const again = Cron::parse(cron->text());
  require(again && *again == *cron);
  CronOracle const oracle{cron->text()};
  auto const at = beginning(seconds, (data[4] & 0x40) == 0, zone);
  agree(*cron, oracle, zone, at, at + (oracle.has_seconds() ? 15min : 5h));
  walk(*cron, zone, at, (data[4] & 0x80) != 0);
  return 0;
}
