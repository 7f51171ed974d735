#pragma once
// The files beside the configuration: passwords and users.

#include "config/context.hpp"
#include "core/site.hpp"

#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// A text that was opened, and what is wrong with it.
struct Opened {
  Source source;
  std::vector<Diagnostic> diagnostics;
  Context context{source, diagnostics};

  Opened(std::string name, std::string text) : source{std::move(name), std::move(text)} {}
  Opened(Opened const&) = delete;
  Opened& operator=(Opened const&) = delete;
};

/// All texts of one load in the order of reading, and where relative paths start.
struct Files {
  std::list<Opened> opened;
  std::filesystem::path folder;         // of the configuration, as the user wrote it
  std::filesystem::path absolute;       // the same, absolute
  bool touch = true;                    // false: no file is read
  std::optional<std::string> script{};  // in place of what is in axis_script's file

  /// A path of the configuration, absolute.
  std::filesystem::path resolve(std::string const& path) const {
    return (absolute / path).lexically_normal();
  }
};

/// The file's text among the others; an empty one with the error told when it cannot be read.
Opened& open(Files& files, std::filesystem::path const& path);

/// A path that stands in the context's file, absolute: it starts at that file's folder.
std::filesystem::path resolve(Context const& context, std::string const& path);

/// Warns where everybody may read what is secret.
void warn_of_readers(Context const& context, YamlEntry const& entry, FileText const& file,
                     std::filesystem::path const& path);

/// The password or secret in a file, without one line end. A file that cannot be read is a warning
/// (whoever checks may not be whom the daemon runs as) that says what is done `without` it, and so
/// is one that others may read; one that holds none is an error. No diagnostic shows any of it.
std::string read_secret(Files const& files, Context const& context, YamlEntry const& entry,
                        std::string_view without);

/// The users of a file with lines NAME:HASH or NAME:HASH:viewer. Its mistakes have positions in it,
/// and never show its lines. Nothing when the file cannot be read or holds no user, which is an
/// error.
std::optional<std::vector<User>> read_users(Files& files, Context const& context,
                                            YamlEntry const& entry);

}  // namespace snapcron
