#include "app/commands.hpp"
#include "config/load.hpp"
#include "config/source.hpp"
#include "facts/fact_json.hpp"
#include "facts/fact_text.hpp"
#include "replay/replay.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>
#include <map>

namespace snapcron {
namespace {

constexpr std::size_t largest_trace = 64 << 20;
constexpr auto after_the_last_line = std::chrono::minutes{1};

/// Prints facts as they come. JSON has the contract's four kinds, with a run's first failure at its
/// end.
class Printer {
 public:
  explicit Printer(bool json) : json_(json) {}

  void tell(Fact const& fact, Names const& names) {
    if (!json_) {
      if (auto const line = fact_text(fact_json(fact, names)); !line.empty())
        std::cout << line << '\n';
      return;
    }
    if (fact.kind == Fact::Kind::result) {
      if (!fact.ok) errors_.try_emplace(fact.run, describe(*fact.action, names) + ": " + fact.text);
      return;
    }
    auto object = fact_json(fact, names);
    if (fact.kind == Fact::Kind::end) {
      if (auto const error = errors_.extract(fact.run)) object["error"] = error.mapped();
    }
    std::cout << boost::json::serialize(object) << '\n';
  }

 private:
  bool const json_;
  std::map<RunId, std::string> errors_;
};

std::optional<Instant> time_of(std::string const& text, char const* option) {
  auto const at = parse_rfc3339(text);
  if (at) return *at;
  complain("snapcron", std::string{option} + ": " + at.error().text, exit_code::usage);
  return std::nullopt;
}

}  // namespace

int simulate(SimulateOptions const& options) {
  auto const loaded = load_site(options.file);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site) return exit_code::failed;
  auto text = read_regular_file(options.trace, largest_trace);
  if (!text) return complain("snapcron", text.error().text, exit_code::failed);
  std::vector<Diagnostic> diagnostics;
  auto const trace =
      parse_trace(Source{options.trace.string(), std::move(text->text)}, *loaded.site, diagnostics);
  for (auto const& diagnostic : diagnostics) std::cerr << to_text(diagnostic);
  if (!trace) return exit_code::failed;

  if (trace->empty() && options.from.empty())
    return complain("snapcron",
                    options.trace.string() + " holds no line: say with --from when to begin",
                    exit_code::failed);
  auto const from = options.from.empty() ? trace->front().at : time_of(options.from, "--from");
  if (!from) return exit_code::usage;
  auto const last = trace->empty() ? *from : std::max(*from, trace->back().at);
  auto const until =
      options.until.empty() ? last + after_the_last_line : time_of(options.until, "--until");
  if (!until) return exit_code::usage;
  if (*until < *from)
    return complain("snapcron", "--until is before the beginning", exit_code::usage);

  std::ios::sync_with_stdio(false);
  Printer printer{options.json};
  Replay replay{*loaded.site, *trace,
                [&](Fact const& fact, Names const& names) { printer.tell(fact, names); }};
  replay.run(*from, *until);
  std::cout.flush();
  return std::cout ? exit_code::ok
                   : complain("snapcron", "cannot write to standard output", exit_code::failed);
}

}  // namespace snapcron
