#include "lines/relay_safe.hpp"

#include "app/board.hpp"
#include "app/commands.hpp"
#include "app/locate.hpp"
#include "config/load.hpp"
#include "guard/guarded_relays.hpp"
#include "guard/socket.hpp"
#include "http/client.hpp"

#include <iostream>

namespace snapcron {

int relay_safe(std::filesystem::path const& config) {
  auto const loaded = load_site(config);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site) return exit_code::failed;
  auto const socket = control_socket(config);
  if (auto const alive = request_unix(socket, "GET", "/healthz", "", "", std::chrono::seconds{2});
      alive)
    return complain(
        "snapcron",
        "a daemon is running and holds the relays (" + socket.string() + "): nothing done",
        exit_code::failed);
  if (guard_answers(socket))
    return complain(
        "snapcron",
        "a relay guard lives (" + guard::socket_of(socket).string() +
            ") and brings the relays to on_exit, pulses at their deadline: nothing done",
        exit_code::failed);
  Board board{socket};
  int code = exit_code::ok;
  for (auto const& done : drive_to_on_exit(board, loaded.site->relays)) {
    (done ? std::cout : std::cerr) << (done ? *done : "snapcron: " + done.error().text) << '\n';
    if (!done) code = exit_code::failed;
  }
  return code;
}

}  // namespace snapcron
