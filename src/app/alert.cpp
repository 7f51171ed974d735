#include "upload/alert.hpp"
#include "app/commands.hpp"
#include "core/quantity.hpp"

#include <csignal>
#include <iostream>
#include <iterator>
#include <sys/prctl.h>

namespace snapcron {

int run_alert(std::string const& host, std::uint16_t port, std::string const& timeout) {
  ::prctl(PR_SET_NAME, "snapcron-alert");
  std::signal(SIGPIPE, SIG_IGN);
  auto const longest = parse_duration(timeout);
  if (!longest) return complain("snapcron", longest.error().text, exit_code::usage);
  std::string const text{std::istreambuf_iterator<char>{std::cin}, {}};
  auto const sent = send_alert(host, port, text, *longest);
  if (sent) return exit_code::ok;
  std::cerr << sent.error().text << '\n';  // the daemon tells it as its own
  return exit_code::failed;
}

}  // namespace snapcron
