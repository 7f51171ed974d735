#include "app/arguments.hpp"

#include "app/command_table.hpp"
#include "app/commands.hpp"
#include "core/diagnostic.hpp"
#include "core/printable.hpp"

#include <exception>
#include <iostream>

namespace snapcron {
namespace {

/// What is wrong with the command line, in our words where the library's say too little.
std::string complaint(CLI::App const& app, CLI::ParseError const& error, int argc, char** argv) {
  if (!dynamic_cast<CLI::RequiredError const*>(&error) || !app.get_subcommands().empty())
    return error.what();
  std::vector<std::string> known;
  for (auto const* command : app.get_subcommands([](CLI::App const*) { return true; }))
    known.push_back(command->get_name());
  for (int i = 1; i < argc; ++i) {
    std::string const word = argv[i];
    if (word == "-c" || word == "--config") ++i;
    if (word.starts_with('-')) continue;
    auto const nearest = nearest_word(word, known);
    return "there is no command " + snapcron::quoted(word) +
           (nearest ? " (did you mean '" + *nearest + "'?)" : "");
  }
  return known.empty() ? error.what() : "which command?";
}

}  // namespace

int parse_and_run(CLI::App& app, int argc, char** argv, std::function<int()> const& body) {
  add_command_table(app);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return complain(app.get_name(),
                    complaint(app, error, argc, argv) + " (see " + app.get_name() + " --help)",
                    exit_code::usage);
  }
  try {
    int const code = body();
    std::cout.flush();
    if (std::cout || code != exit_code::ok) return code;
    return complain(app.get_name(), "cannot write to standard output", exit_code::failed);
  } catch (std::exception const& error) {
    return complain(app.get_name(), error.what(), exit_code::failed);
  }
}

}  // namespace snapcron
