#pragma once
// A program's commands and options as data, for the pages and completions that are made from them
// (packaging/reference), so that none of them can tell what the program does not take.

#include <CLI/CLI.hpp>

namespace snapcron {

/// Adds `--command-table`, which no help shows: prints the program, its options and its commands as
/// one line of JSON, and ends the program with 0. What started processes are called by is left out.
void add_command_table(CLI::App& app);

}  // namespace snapcron
