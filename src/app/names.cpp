// `snapcron names`: for the shells' completion, hence quick, and silent when the
// configuration has mistakes.

#include "app/commands.hpp"
#include "config/load.hpp"

#include <iostream>

namespace snapcron {

int print_names(std::string const& kind, std::filesystem::path const& config) {
  auto const loaded = load_site(config);
  if (!loaded.site) return exit_code::failed;
  auto const print = [](auto const& things) {
    for (auto const& thing : things) std::cout << thing.name << '\n';
  };
  auto const& site = *loaded.site;
  if (kind == "rule") print(site.rules);
  if (kind == "camera") print(site.cameras);
  if (kind == "destination") print(site.destinations);
  if (kind == "input") print(site.inputs);
  if (kind == "relay") print(site.relays);
  return exit_code::ok;
}

}  // namespace snapcron
