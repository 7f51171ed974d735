#include "app/commands.hpp"
#include "config/load.hpp"

#include <iostream>

namespace snapcron {

int check(std::filesystem::path const& file,
          std::optional<std::filesystem::path> const& site_file) {
  Loaded loaded;
  std::string note;
  bool good = true;  // what the rules are checked against
  if (is_rules_file(file)) {
    std::optional<Site> site;
    if (site_file) {
      auto const around = load_site(*site_file);
      for (auto const& diagnostic : around.diagnostics) std::cerr << to_text(diagnostic);
      good = around.site.has_value();
      site = around.site;
    } else {
      note = file.string() +
             ": note: rules only; names of inputs, relays, cameras and rules were not checked (-c "
             "SITE checks them)\n";
    }
    loaded = check_rules_file(file, site ? &*site : nullptr);
  } else {
    loaded = load_site(file);
  }
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!good || has_errors(loaded.diagnostics)) return exit_code::failed;
  std::cerr << note;
  std::cout << file.string() << ": ok (" << loaded.rules
            << (loaded.rules == 1 ? " rule)\n" : " rules)\n");
  return exit_code::ok;
}

}  // namespace snapcron
