#include "axis/actions.hpp"
#include "axis/buffers.hpp"
#include "axis/rules.hpp"
#include "axis/times.hpp"

#include <algorithm>

namespace snapcron {
namespace {

/// The units looked at their inputs five times a second: edges that one look found came together.
constexpr char const* one_look = "200ms";

class EntryReader {
 public:
  EntryReader(AxisEntry const& entry, AxisSettings const& settings, AxisMistakes mistakes)
      : entry_{entry}, settings_{settings}, mistakes_{mistakes} {}

  std::vector<AxisItem> triggers() const {
    if (entry_.boot) {
      for (auto const& term : entry_.terms)
        if (term.is_edge())
          mistakes_.error(term.at,
                          "BOOT and an edge never come together: write an entry for each of them");
      return {{{"startup", "", entry_.at}}};
    }
    if (entry_.terms.empty()) return {cron(cron_pattern(entry_.times))};
    std::vector<AxisItem> all;
    bool const edges = edge_count() > 0;
    for (auto const& term : entry_.terms)
      if (!edges || term.is_edge())
        all.push_back({{"input", input(term), term.at},
                       {"edge", term.is_high() ? "rising" : "falling", term.at}});
    // A level that stands already comes to count when the time begins.
    if (!edges && !is_always(entry_.times))
      for (auto const& pattern : beginnings(entry_.times)) all.push_back(cron(pattern));
    return all;
  }

  std::vector<AxisItem> conditions() const {
    std::vector<AxisItem> all;
    if (entry_.terms.empty() && !entry_.boot) return all;
    bool const together = edge_count() > 1;
    for (auto const& term : entry_.terms) {
      if (term.is_edge() && !together) continue;
      all.push_back(
          {{"input", input(term), term.at}, {"is", term.is_high() ? "high" : "low", term.at}});
      if (term.is_edge())
        all.push_back({{"not",
                        "{input: " + input(term) + ", is: " + (term.is_high() ? "high" : "low") +
                            ", for: " + one_look + "}",
                        term.at}});
    }
    if (!is_always(entry_.times)) all.push_back(cron(cron_pattern(entry_.times)));
    return all;
  }

 private:
  long edge_count() const { return std::ranges::count_if(entry_.terms, &AxisTerm::is_edge); }
  std::string input(AxisTerm const& term) const {
    return term.input == 0 ? yaml_text(settings_.button) : std::to_string(term.input);
  }
  AxisItem cron(std::string const& pattern) const {
    return {{"cron", yaml_text(pattern), entry_.at}};
  }

  AxisEntry const& entry_;
  AxisSettings const& settings_;
  AxisMistakes mistakes_;
};

}  // namespace

std::vector<AxisRule> translate(AxisScript const& script, AxisSettings const& settings,
                                std::vector<Diagnostic>& list) {
  AxisMistakes const mistakes{list};
  AxisBuffers const buffers{script};
  std::vector<AxisRule> rules;
  std::size_t number = 0;
  for (auto const& entry : script.entries) {
    EntryReader const reader{entry, settings, mistakes};
    AxisActions actions{buffers, settings, mistakes};
    for (auto const& command : entry.commands) actions.add(command);
    AxisRule rule{.comments = entry.comments,
                  .name = "axis-" + std::to_string(++number),
                  .at = entry.at,
                  .triggers = reader.triggers(),
                  .conditions = reader.conditions(),
                  .actions = {actions.actions().begin(), actions.actions().end()}};
    auto beside = rule;
    if (!rule.actions.empty()) {
      rules.push_back(rule);
      beside.comments.clear();
    }
    std::size_t recording = 0;
    for (auto const& list_of_one : actions.recordings()) {
      beside.name = rule.name + "-recording" +
                    (++recording > 1 ? "-" + std::to_string(recording) : std::string{});
      beside.actions = {list_of_one.begin(), list_of_one.end()};
      rules.push_back(beside);
      beside.comments.clear();
    }
  }
  return rules;
}

}  // namespace snapcron
