#include "app/arguments.hpp"

#include "app/commands.hpp"

#include <exception>
#include <iostream>

namespace snapcron {

int parse_and_run(CLI::App& app, int argc, char** argv, std::function<int()> const& body) {
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::cerr << app.get_name() << ": " << error.what() << "\nSee: " << app.get_name() << " --help\n";
    return exit_code::usage;
  }
  try {
    return body();
  } catch (std::exception const& error) {
    return complain(app.get_name(), error.what(), exit_code::failed);
  }
}

}  // namespace snapcron
