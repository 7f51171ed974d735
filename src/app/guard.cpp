#include "guard/guard.hpp"

#include "app/board.hpp"
#include "app/commands.hpp"
#include "app/log.hpp"
#include "guard/start.hpp"

#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/prctl.h>
#include <unistd.h>

namespace snapcron {

int run_guard(std::filesystem::path const& control_socket) {
  ::prctl(PR_SET_NAME, "snapcron-guard");
  std::signal(SIGPIPE, SIG_IGN);
  if (::fcntl(guard::listener_descriptor, F_SETFD, FD_CLOEXEC) != 0)
    return complain("snapcron", "guard: only `snapcron run` starts it", exit_code::usage);
  if (::chdir("/") != 0) return exit_code::failed;
  boost::asio::io_context loop{1};
  SystemClock const clock;
  Board board{control_socket};
  std::optional<Log> log;  // for the day when there is no daemon to write it
  auto const say = [&](std::string const& text) {
    if (!log) log.emplace(Zone::system());
    log->write(Level::warning, "relay guard: " + text);
  };
  Guard const guard{loop,
                    board,
                    clock,
                    Descriptor{guard::listener_descriptor},
                    guard::socket_of(control_socket),
                    say,
                    [&] { loop.stop(); }};
  loop.run();
  return exit_code::ok;
}

}  // namespace snapcron
