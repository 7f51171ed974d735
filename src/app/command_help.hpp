#pragma once
// What `--help` says of a command beside its options: examples, exit codes, what to know.

#include <CLI/CLI.hpp>

namespace snapcron {

/// Puts it under the help of each of `snapcron`'s commands.
void add_command_help(CLI::App& snapcron);

}  // namespace snapcron
