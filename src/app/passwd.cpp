#include "app/commands.hpp"
#include "http/password.hpp"

#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace snapcron {
namespace {

/// A line of standard input; from a terminal without echo.
std::optional<std::string> read_secret(char const* prompt) {
  bool const terminal = ::isatty(STDIN_FILENO) == 1;
  termios before{};
  if (terminal) {
    std::cerr << prompt << std::flush;
    ::tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  bool const got = static_cast<bool>(std::getline(std::cin, line));
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
  }
  if (!got) return std::nullopt;
  return line;
}

}  // namespace

int hash_for_users_file(std::string const& user) {
  auto const complain_here = [](std::string_view text, int code) {
    return complain("snapcron", text, code);
  };
  if (user.empty() || user.find_first_of(":#\n\r") != std::string::npos)
    return complain_here("a user's name may not be empty or contain ':' or '#'", exit_code::usage);
  auto const password = read_secret("Password: ");
  if (!password || password->empty())
    return complain_here("no password given: nothing done", exit_code::failed);
  if (::isatty(STDIN_FILENO) == 1 && read_secret("Again: ") != password)
    return complain_here("the two differ: nothing done", exit_code::failed);
  auto const hash = hash_password(*password);
  if (hash.empty())
    return complain_here("this password cannot be hashed (too long?)", exit_code::failed);
  std::cout << user << ':' << hash << '\n';
  std::cerr << "Put this line into the users file (http: {users_file: users}); add ':viewer' at "
               "its end for one who may only look.\n";
  return exit_code::ok;
}

}  // namespace snapcron
