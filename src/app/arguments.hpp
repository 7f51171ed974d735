#pragma once
// What both programs do alike with their command line.

#include <CLI/CLI.hpp>

#include <functional>

namespace snapcron {

/// Parses, then runs `body`; a usage error prints one line and a hint and gives 2, --help and
/// --version 0. What nobody foresaw becomes one line and 1, never a crash.
int parse_and_run(CLI::App& app, int argc, char** argv, std::function<int()> const& body);

}  // namespace snapcron
