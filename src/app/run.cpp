#include "app/commands.hpp"
#include "app/daemon.hpp"
#include "app/locate.hpp"
#include "config/load.hpp"

#include <csignal>
#include <iostream>

namespace snapcron {

int run_daemon(std::filesystem::path const& config) {
  auto loaded = load_site(config);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site)
    return complain("snapcron",
                    "not started: mend " + config.string() + " (snapcron check shows the same)",
                    exit_code::failed);
  std::signal(SIGPIPE, SIG_IGN);
  Daemon daemon{std::move(*loaded.site), control_socket(config)};
  if (auto const started = daemon.start(); !started)
    return complain("snapcron", started.error().text, exit_code::hardware);
  daemon.run();
  return exit_code::ok;
}

}  // namespace snapcron
