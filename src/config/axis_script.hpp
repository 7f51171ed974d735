#pragma once
// `axis_script`: a CRON script of an AXIS camera server, whose entries become rules.

#include "axis/settings.hpp"
#include "config/context.hpp"
#include "config/files.hpp"
#include "config/rules.hpp"
#include "core/error.hpp"

#include <filesystem>
#include <string>

namespace snapcron {

/// Reads the entry and the script that it names; returns what is said beside the file.
AxisSettings read_axis_script(Context const& context, Files& files, YamlEntry const& entry,
                              RulesScope& scope);

/// The script's text as UTF-8 among the other files.
Result<Opened*> open_axis_script(Files& files, std::filesystem::path const& path);
Opened* open_axis_text(Files& files, std::filesystem::path const& path, std::string text);

/// Reads the rules that the script means, and returns them as YAML. What is wrong stands in the
/// script, whatever noticed it.
std::string read_axis_rules(Opened& script, AxisSettings const& settings, RulesScope& scope);

}  // namespace snapcron
