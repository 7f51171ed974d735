#include "http/token.hpp"
#include "app/commands.hpp"

#include <iostream>

namespace snapcron {

int token_for_users_file(std::string const& name, bool may_switch) {
  if (name.empty() || name.find_first_of(":# \t\n\r") != std::string::npos)
    return complain("snapcron", "a token's name may not be empty or contain ':', '#' or blanks",
                    exit_code::usage);
  auto const token = http::make_token();
  std::cout << name << ':' << http::hash_token(token) << (may_switch ? ":switch\n" : ":read\n");
  std::cerr << "The token, which is shown this once:\n\n    " << token
            << "\n\nPut the line with its hash into the users file (http: {users_file: users}) and "
               "reload. The program sends: Authorization: Bearer TOKEN\n";
  return exit_code::ok;
}

}  // namespace snapcron
