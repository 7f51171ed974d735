// next() and parse() of cron patterns, each next() from where the last one ended: a year's walk.

#include "core/cron.hpp"

#include <benchmark/benchmark.h>

namespace snapcron {
namespace {

Instant const start = parse_rfc3339("2026-01-01T00:00:00Z").value();

void next(benchmark::State& state, char const* pattern, char const* zone_name) {
  auto const cron = Cron::parse(pattern).value();
  auto const zone = Zone::find(zone_name).value();
  auto at = start;
  for (auto _ : state) {
    auto const time = cron.next(at, zone);
    at = time ? *time : start;
    benchmark::DoNotOptimize(at);
  }
}

void parse(benchmark::State& state, char const* pattern) {
  for (auto _ : state) benchmark::DoNotOptimize(Cron::parse(pattern));
}

char const* const patterns[] = {"* * * * *", "*/5 8-17 * * MON-FRI", "30 2 * * *",
                                "0 0 L * *", "0 0 29 2 *",           "0 0 31 2 *"};

int const registered = [] {
  for (auto const* pattern : patterns) {
    for (auto const* zone : {"UTC", "Europe/Berlin"})
      benchmark::RegisterBenchmark((std::string{"next/"} + pattern + "/" + zone).c_str(), next,
                                   pattern, zone);
    benchmark::RegisterBenchmark((std::string{"parse/"} + pattern).c_str(), parse, pattern);
  }
  return 0;
}();

}  // namespace
}  // namespace snapcron

BENCHMARK_MAIN();
