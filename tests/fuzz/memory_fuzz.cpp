// Any bytes as what the state file remembers: refused, or read so that it writes and reads the same
// again; and an engine that is given it starts.

#include "core/engine.hpp"
#include "facts/memory_json.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace snapcron;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<Rule> rules() {
  Rule r;
  r.name = "r";
  r.triggers = {{InputTrigger{.input = 1, .held = std::chrono::minutes{10}}, ""},
                {CronTrigger{.pattern = *Cron::parse("0 3 * * *"), .zone = {}}, ""}};
  IfAction choice{
      .conditions = {}, .then = {{DelayAction{std::chrono::minutes{1}}}}, .otherwise = {}};
  Action shot{SnapshotAction{"door"}};
  shot.fallback = {{choice}};
  r.actions = {{DelayAction{std::chrono::minutes{1}}}, shot, {choice}};
  return {r};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const memory = parse_memory({reinterpret_cast<char const*>(data), size});
  if (!memory) {
    require(!memory.error().text.empty());
    return 0;
  }
  auto const again = parse_memory(memory_text(*memory));
  require(again && *again == *memory);

  Engine engine{"f"};
  engine.remember(*memory, "b");
  Moment now{Steady{} + std::chrono::hours{1}, Instant{} + std::chrono::hours{24 * 20'000}};
  engine.set_input(1, true);
  engine.configure(rules(), {}, now);
  Decisions out;
  engine.start(now, out);
  for (int i = 0; i < 50; ++i) {
    now.steady += std::chrono::minutes{30};
    now.wall += std::chrono::minutes{30};
    engine.tick(now, out);
    for (std::size_t p = 0; p < out.perform.size(); ++p)
      engine.ended(out.perform[p].run, p % 2 == 0, {}, now, out);
    out.clear();
  }
  return 0;
}
