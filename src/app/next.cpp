#include "app/commands.hpp"
#include "config/load.hpp"
#include "core/upcoming.hpp"
#include "ports/clock.hpp"

#include <algorithm>
#include <iostream>

namespace snapcron {
namespace {

int bad(std::string const& text) {
  return complain("snapcron", text, exit_code::usage);
}

/// Prints the next times of one pattern; false when there is none.
bool print_times(Cron const& cron, Zone const& zone, Instant from, unsigned count,
                 bool gap_run_once, std::string const& suffix) {
  auto at = next_time(cron, zone, from, gap_run_once);
  if (!at) {
    std::cout << "never" << suffix << '\n';
    return false;
  }
  for (; at && count > 0; --count, at = next_time(cron, zone, *at, gap_run_once))
    std::cout << rfc3339(*at, zone) << suffix << '\n';
  return true;
}

int next_of_config(std::filesystem::path const& file, Instant from, unsigned count) {
  auto const loaded = load_site(file);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site) return exit_code::failed;
  bool any = false;
  for (auto const& rule : loaded.site->rules) {
    for (auto const& trigger : rule.triggers) {
      auto const* cron = std::get_if<CronTrigger>(&trigger.what);
      if (cron &&
          print_times(cron->pattern, cron->zone, from, count, cron->gap_run_once, " " + rule.name))
        any = true;
    }
  }
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
  if (options.cron.empty()) return next_of_config(config, from, options.count);
  auto const pattern = Cron::parse(options.cron);
  if (!pattern) {
    auto const& error = pattern.error();
    std::cerr << "snapcron: cron pattern, column " << error.column + 1 << ": " << error.text
              << "\n    " << options.cron << "\n    " << std::string(error.column, ' ') << "^\n";
    return exit_code::usage;
  }
  Zone zone = Zone::system();
  if (!options.timezone.empty()) {
    auto const found = Zone::find(options.timezone);
    if (!found) return bad(found.error().text);
    zone = *found;
  }
  bool const gap_run_once = options.dst_gap == "run_once";
  return print_times(*pattern, zone, from, options.count, gap_run_once, "") ? exit_code::ok
                                                                            : exit_code::failed;
}

}  // namespace snapcron
