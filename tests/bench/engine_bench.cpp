// What an edge costs the rule engine: it must depend on the rules that listen to it, not on how
// many there are. The ratio to the smallest rule set is printed beside each figure.
#include "config/load.hpp"
#include "core/engine.hpp"
#include "replay/replay.hpp"

#include <benchmark/benchmark.h>

namespace snapcron {
namespace {

constexpr unsigned other_inputs = 60;

/// `count` rules spread over other inputs and `listening` ones on input 1.
std::vector<Rule> rules(std::size_t count, std::size_t listening) {
  std::vector<Rule> all;
  for (std::size_t i = 0; i < count; ++i) {
    Rule r;
    r.name = "rule-" + std::to_string(i);
    unsigned const input = i < listening ? 1u : 2u + static_cast<unsigned>(i % other_inputs);
    r.triggers = {{InputTrigger{input, InputTrigger::Edge::rising}, ""}};
    r.actions = {{RelayAction{1, {}}}};
    all.push_back(std::move(r));
  }
  return all;
}

/// One pulse on input 1: a rising edge that fires the listening rules, their action ended at once,
/// a falling edge that nobody listens to.
void edge(benchmark::State& state) {
  Engine engine{"b"};
  Moment now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  engine.configure(
      rules(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))),
      Names{.inputs = {{1, "door"}}, .relays = {{1, "strike"}}}, now);
  Decisions out;
  for (auto _ : state) {
    now.steady += std::chrono::milliseconds{1};
    now.wall += std::chrono::milliseconds{1};
    engine.on_edge({1, true, now.steady}, now, out);
    for (std::size_t i = 0; i < out.perform.size(); ++i)
      engine.ended(out.perform[i].run, true, {}, now, out);
    engine.on_edge({1, false, now.steady}, now, out);
    benchmark::DoNotOptimize(out.facts.data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(edge)
    ->ArgNames({"rules", "listening"})
    ->ArgsProduct({{10, 1000, 10000}, {1}})
    ->Args({1000, 10})
    ->Args({10000, 10});

/// An edge that no rule listens to.
void edge_unheard(benchmark::State& state) {
  Engine engine{"b"};
  Moment const now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  engine.configure(rules(static_cast<std::size_t>(state.range(0)), 0), {}, now);
  Decisions out;
  bool high = false;
  for (auto _ : state) engine.on_edge({1, high = !high, now.steady}, now, out);
}
BENCHMARK(edge_unheard)->ArgName("rules")->Arg(10)->Arg(1000)->Arg(10000);

/// An edge beside rules whose `for` is pending.
void edge_beside_pending_fors(benchmark::State& state) {
  Engine engine{"b"};
  Moment now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  auto all = rules(static_cast<std::size_t>(state.range(0)), 1);
  for (std::size_t i = 1; i < all.size(); ++i)
    std::get<InputTrigger>(all[i].triggers[0].what).held = std::chrono::hours{1};
  engine.configure(std::move(all), {}, now);
  Decisions out;
  for (unsigned input = 2; input < 2 + other_inputs; ++input)
    engine.on_edge({input, true, now.steady}, now, out);
  for (auto _ : state) {
    engine.on_edge({1, true, now.steady}, now, out);
    for (std::size_t i = 0; i < out.perform.size(); ++i)
      engine.ended(out.perform[i].run, true, {}, now, out);
    engine.on_edge({1, false, now.steady}, now, out);
    engine.tick(now, out);
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(edge_beside_pending_fors)->ArgName("rules")->Arg(10)->Arg(10000);

std::vector<Rule> daily_rules(std::size_t count) {
  std::vector<Rule> all;
  auto const zone = *Zone::find("Europe/Berlin");
  for (std::size_t i = 0; i < count; ++i) {
    Rule r;
    r.name = "rule-" + std::to_string(i);
    r.triggers = {{CronTrigger{.pattern = *Cron::parse(std::to_string(i % 60) + " " +
                                                       std::to_string(i / 60 % 24) + " * * *"),
                               .zone = zone},
                   ""}};
    r.actions = {{RelayAction{1, {}}}};
    all.push_back(std::move(r));
  }
  return all;
}

/// The start of a configuration of cron rules: the rules' states and the one heap of their times.
void arm_calendar(benchmark::State& state) {
  auto const all = daily_rules(static_cast<std::size_t>(state.range(0)));
  Moment const now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  for (auto _ : state) {
    Engine engine{"b"};
    auto copy = all;
    engine.configure(std::move(copy), {}, now);
    benchmark::DoNotOptimize(engine.wakes_wall());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(arm_calendar)
    ->ArgName("rules")
    ->Arg(1000)
    ->Arg(10000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond);

/// One calendar firing, its action ended at once, among so many rules.
void calendar_firing(benchmark::State& state) {
  Engine engine{"b"};
  Moment now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  engine.configure(daily_rules(static_cast<std::size_t>(state.range(0))), {}, now);
  Decisions out;
  std::int64_t fired = 0;
  for (auto _ : state) {
    auto const at = *engine.wakes_wall();
    now = {now.steady + (at - now.wall), at};
    engine.tick(now, out);
    for (std::size_t i = 0; i < out.perform.size(); ++i)
      engine.ended(out.perform[i].run, true, {}, now, out);
    fired += static_cast<std::int64_t>(out.perform.size());
    out.clear();
  }
  state.SetItemsProcessed(fired);
}
BENCHMARK(calendar_firing)->ArgName("rules")->Arg(1000)->Arg(100000);

/// A year of a time-lapse, */10 5-21: 37,230 firings and as many pictures, without printing.
void simulated_year(benchmark::State& state) {
  auto const loaded = load_text(
      "version: 1\ntimezone: Europe/Berlin\ncameras: {sky: {test_pattern: }}\n"
      "rules: [{name: lapse, triggers: {cron: '*/10 5-21 * * *'}, actions: {snapshot: sky}}]\n",
      "bench.yaml");
  if (!loaded.site) std::abort();
  Instant const from{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  Trace const nothing;
  std::int64_t events = 0;
  for (auto _ : state) {
    Replay replay{*loaded.site, nothing, [&](Fact const& fact, Names const&) {
                    events += fact.kind == Fact::Kind::trigger;
                  }};
    replay.run(from, from + std::chrono::hours{24 * 365});
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(simulated_year)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace snapcron

BENCHMARK_MAIN();
