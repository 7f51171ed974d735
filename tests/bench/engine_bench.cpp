// What an edge costs the rule engine: it must depend on the rules that listen to it, not on how many
// there are. The ratio to the smallest rule set is printed beside each figure.
#include "core/engine.hpp"

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

/// One pulse on input 1: a rising edge that fires the listening rules, their action ended at once, a
/// falling edge that nobody listens to.
void edge(benchmark::State& state) {
  Engine engine{"b"};
  Moment now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  engine.configure(rules(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))), 
                   Names{.inputs = {{1, "door"}}, .relays = {{1, "strike"}}}, now);
  Decisions out;
  for (auto _ : state) {
    now.steady += std::chrono::milliseconds{1};
    now.wall += std::chrono::milliseconds{1};
    engine.on_edge({1, true, now.steady}, now, out);
    for (std::size_t i = 0; i < out.perform.size(); ++i) engine.ended(out.perform[i].run, true, {}, now, out);
    engine.on_edge({1, false, now.steady}, now, out);
    benchmark::DoNotOptimize(out.facts.data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(edge)->ArgNames({"rules", "listening"})->ArgsProduct({{10, 1000, 10000}, {1}})->Args({1000, 10})->Args({10000, 10});

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

}  // namespace
}  // namespace snapcron

BENCHMARK_MAIN();
