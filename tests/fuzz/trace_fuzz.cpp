// Any bytes as a trace: lines that go forward in time, or mistakes at places that exist. A good one
// is replayed, twice with the same outcome.

#include "config/load.hpp"
#include "facts/fact_json.hpp"
#include "facts/fact_text.hpp"
#include "replay/replay.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace snapcron;

void require(bool holds) {
  if (!holds) std::abort();
}

// Names that the stories' traces use, and rules for most of the words.
constexpr char const* site_text = R"(version: 1
timezone: Europe/Berlin
gpio: {chip: sim}
inputs: {1: {name: door, line: 0}, 2: {name: button, line: 1}, 3: {name: bell, line: 2}, 4: {name: spare, line: 3}}
relays: {1: {name: siren, line: 8, max_on: 1m}, 2: {name: lamp, line: 9}}
cameras: {hall: {test_pattern: }, sky: {test_pattern: }}
rules:
  - {name: open, triggers: {input: door, for: 10m}, actions: [{snapshot: hall, count: 2, interval: 5s, fallback: {relay: lamp, pulse: 1s}}, {wait_for: {input: door, edge: falling}, timeout: 1h}, {relay: siren, set: 'off'}]}
  - {name: panic, triggers: {input: button, count: 3, within: 2s}, mode: queued, max: 3, actions: [{relay: siren, pulse: 1m}, {delay: 5s}]}
  - {name: ring, triggers: [{input: bell, edge: both}, {webhook: ring}], mode: parallel, max: 2, cooldown: 1s, actions: [{if: {relay: siren, is: 'on'}, then: {disable: ring}, else: {log: "{input} {edge}"}}, {delay: 2s}]}
  - {name: lit, triggers: [{relay: siren, to: both}, {camera: sky, event: lost}], mode: restart, actions: [{enable: ring}, {relay: lamp, set: toggle}]}
  - {name: daily, triggers: [{cron: "30 2 * * *"}, {startup: }, {shutdown: }], conditions: {not: {input: door, is: high, for: 1s}}, actions: {log: daily}}
)";

std::string replay(Site const& site, Trace const& trace, Instant from, Instant until) {
  std::string text;
  Replay replay{site, trace, [&](Fact const& fact, Names const& names) {
                  if (text.size() < 1'000'000) text += fact_text(fact_json(fact, names)) + "\n";
                }};
  replay.run(from, until);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Site const site = *load_text(site_text, "site.yaml").site;
  Source const source{"fuzz.trace", std::string{reinterpret_cast<char const*>(data), size}};
  std::vector<Diagnostic> diagnostics;
  auto const trace = parse_trace(source, site, diagnostics);
  require(trace.has_value() == diagnostics.empty());
  for (auto const& d : diagnostics)
    require(d.at.line >= 1 && source.offset(d.at) <= source.text().size() && !d.message.empty());
  if (!trace || trace->empty()) return 0;
  for (std::size_t i = 1; i < trace->size(); ++i) require((*trace)[i - 1].at <= (*trace)[i].at);
  // A year at most, so that a run stays short.
  auto const from = trace->front().at;
  auto const until =
      std::min(trace->back().at, from + std::chrono::hours{24 * 366}) + std::chrono::minutes{1};
  require(replay(site, *trace, from, until) == replay(site, *trace, from, until));
  return 0;
}
