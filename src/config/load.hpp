#pragma once
// From a configuration file to the core's `Site`, or everything that is wrong with it at once.

#include "axis/settings.hpp"
#include "core/diagnostic.hpp"
#include "core/error.hpp"
#include "core/site.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct Loaded {
  std::optional<Site> site;             // set only when there are no errors
  std::size_t rules = 0;                // how many rules were read, those of included files too
  AxisSettings axis;                    // what the configuration says of its script
  bool rules_only = false;              // the file was read by check_rules_file()
  std::vector<Diagnostic> diagnostics;  // file by file in the order of reading, then by position
};

/// Reads and checks a whole configuration with its includes, users file and password files.
/// Relative paths start at the file that contains them. `site` is set only when there are no
/// errors. `script` is taken in place of what is in the file of `axis_script`.
Loaded load_site(std::filesystem::path const& file, std::optional<std::string> script = {});

/// A file that holds `rules:` only, checked against `site` or, without one, without references
/// (names of inputs, relays and cameras are then taken as they come).
Loaded check_rules_file(std::filesystem::path const& file, Site const* site);

/// A CRON script of an AXIS camera server as a file with rules.
struct ImportedScript {
  std::string rules;                    // YAML; not to be used when there are errors
  std::vector<Diagnostic> diagnostics;  // of the script
};
/// Checked against a configuration that was loaded without errors or, without one, without
/// references.
Result<ImportedScript> import_axis_script(std::filesystem::path const& script,
                                          Loaded const* around);

/// Which of the two a file is: it has `rules:` and no other top-level key but `version`.
/// False for a file that cannot be read: load_site() says why.
bool is_rules_file(std::filesystem::path const& file);

/// load_site() from a text in memory that was read from nowhere: `name` stands in the diagnostics.
/// No file is touched: includes, users and password files are taken as not given. For fuzzing and
/// tests.
Loaded load_text(std::string_view text, std::string const& name);

}  // namespace snapcron
