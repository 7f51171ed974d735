#include "app/locate.hpp"

#include "config/yaml.hpp"

#include <cstdlib>

namespace snapcron {
namespace {

std::filesystem::path from_environment(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::filesystem::path config_file(std::string const& option) {
  if (!option.empty()) return option;
  if (auto const file = from_environment("SNAPCRON_CONFIG"); !file.empty()) return file;
  return "/etc/snapcron/snapcron.yaml";
}

std::filesystem::path control_socket(std::filesystem::path const& config) {
  if (auto const socket = from_environment("SNAPCRON_SOCKET"); !socket.empty()) return socket;
  if (auto const file = read_regular_file(config, YamlLimits::bytes)) {
    std::vector<Diagnostic> ignored;
    auto const tree = parse_yaml({config.string(), file->text}, ignored);
    auto const* entry = tree ? tree->find("control_socket") : nullptr;
    if (entry && entry->value.kind == YamlNode::Kind::scalar && !entry->value.text.empty())
      return std::filesystem::absolute(config).parent_path() / entry->value.text;
  }
  return "/run/snapcron/snapcron.sock";
}

}  // namespace snapcron
