#include "app/commands.hpp"
#include "config/load.hpp"
#include "core/upcoming.hpp"
#include "ports/clock.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

namespace snapcron {
namespace {

int bad(std::string const& text) {
  return complain("snapcron", text, exit_code::usage);
}

struct Times {
  Cron cron;
  Zone zone;
  bool gap_run_once = false;
  std::optional<Instant> next{};  // nullopt: there is none any more

  void after(Instant from) { next = next_time(cron, zone, from, gap_run_once); }
};

/// Prints the next times of a rule, in order; false when there is none.
bool print_times(std::vector<Times> all, Instant from, unsigned count, std::string const& suffix,
                 std::optional<Zone> const& shown_in = std::nullopt) {
  for (auto& one : all) one.after(from);
  auto const earliest = [&] {
    return std::ranges::min_element(all, [](Times const& a, Times const& b) {
      return a.next && (!b.next || *a.next < *b.next);
    });
  };
  if (!earliest()->next) {
    std::cout << "never" << suffix << '\n';
    return false;
  }
  for (; count > 0 && earliest()->next; --count) {
    auto const& one = *earliest();
    auto const at = *one.next;
    std::cout << rfc3339(at, shown_in.value_or(one.zone)) << suffix << '\n';
    for (auto& other : all)
      if (other.next == at) other.after(at);
  }
  return true;
}

int next_of_config(std::filesystem::path const& file, Instant from, unsigned count,
                   std::optional<Zone> const& shown_in) {
  auto const loaded = load_site(file);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site) return exit_code::failed;
  bool any = false, asked = false;
  for (auto const& rule : loaded.site->rules) {
    std::vector<Times> triggers;
    for (auto const& trigger : rule.triggers)
      if (auto const* cron = std::get_if<CronTrigger>(&trigger.what))
        triggers.push_back({cron->pattern, cron->zone, cron->gap_run_once});
    if (triggers.empty()) continue;
    asked = true;
    any |= print_times(triggers, from, count, " " + rule.name, shown_in);
  }
  if (!asked) return complain("snapcron", file.string() + ": no rule has a cron trigger", 1);
  return any ? exit_code::ok : exit_code::failed;
}

}  // namespace

int next_times(NextOptions const& options, std::filesystem::path const& config) {
  Instant from = SystemClock{}.now().wall;
  if (!options.from.empty()) {
    auto const given = parse_rfc3339(options.from);
    if (!given) return bad(given.error().text);
    from = *given;
  }
  std::optional<Zone> zone;
  if (!options.timezone.empty()) {
    auto const found = Zone::find(options.timezone);
    if (!found) return bad(found.error().text);
    zone = *found;
  }
  if (!options.cron) return next_of_config(config, from, options.count, zone);
  auto const pattern = Cron::parse(*options.cron);
  if (!pattern) {
    auto const& error = pattern.error();
    std::cerr << "snapcron: cron pattern, column " << error.column + 1 << ": " << error.text
              << "\n    " << *options.cron << "\n    " << std::string(error.column, ' ') << "^\n";
    return exit_code::usage;
  }
  bool const gap_run_once = options.dst_gap == "run_once";
  return print_times({{*pattern, zone.value_or(Zone::system()), gap_run_once}}, from, options.count,
                     "")
             ? exit_code::ok
             : exit_code::failed;
}

}  // namespace snapcron
