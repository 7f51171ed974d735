#include "core/zone_names.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

fs::path database() {
  char const* const chosen = std::getenv("TZDIR");  // cctz follows it too
  return chosen != nullptr && *chosen != '\0' ? chosen : "/usr/share/zoneinfo";
}

}  // namespace

bool looks_like_a_zone_name(std::string_view name) {
  auto const allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  };
  return !name.empty() && std::ranges::all_of(name, allowed) && !name.starts_with('/') &&
         !name.ends_with('/') && name.find("//") == std::string_view::npos &&
         !name.starts_with("posix/") && !name.starts_with("right/") && name != "localtime" &&
         name != "posixrules";
}

std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  auto const folder = database();
  std::error_code error;
  for (fs::recursive_directory_iterator entry{folder, error}, end; !error && entry != end;
       entry.increment(error)) {
    auto const name = entry->path().lexically_relative(folder).string();
    bool const begins_upper = name.front() >= 'A' && name.front() <= 'Z';
    std::error_code gone;
    if (begins_upper && looks_like_a_zone_name(name) && entry->is_regular_file(gone))
      names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> zone_name_of_the_system() {
  std::error_code error;
  fs::path link = "/etc/localtime";
  // A link of the administrator's may lead to the database's file over others of its own.
  for (int steps = 0; steps < 8; ++steps) {
    auto const target = fs::read_symlink(link, error);
    if (error) return std::nullopt;
    link = (link.parent_path() / target).lexically_normal();
    auto const name = link.lexically_relative(database()).string();
    if (looks_like_a_zone_name(name)) return name;
  }
  return std::nullopt;
}

}  // namespace snapcron
