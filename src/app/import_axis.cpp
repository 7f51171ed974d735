#include "app/commands.hpp"
#include "config/load.hpp"

#include <iostream>

namespace snapcron {

int import_axis(std::filesystem::path const& script,
                std::optional<std::filesystem::path> const& site_file) {
  std::optional<Loaded> around;
  if (site_file) {
    around = load_site(*site_file);
    if (!around->site) {
      for (auto const& diagnostic : around->diagnostics) std::cerr << to_text(diagnostic);
      return exit_code::failed;
    }
  }
  auto const imported = import_axis_script(script, around ? &*around : nullptr);
  if (!imported) return complain("snapcron", imported.error().text, exit_code::failed);
  for (auto const& diagnostic : imported->diagnostics) std::cerr << to_text(diagnostic);
  if (has_errors(imported->diagnostics)) return exit_code::failed;
  if (!around)
    std::cerr << script.string()
              << ": note: names of inputs, relays, cameras and destinations were not checked (-c "
                 "SITE checks them)\n";
  std::cout << imported->rules << std::flush;
  return std::cout ? exit_code::ok
                   : complain("snapcron", "cannot write to standard output", exit_code::failed);
}

}  // namespace snapcron
