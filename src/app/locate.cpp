#include "app/locate.hpp"

#include "config/yaml.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace snapcron {
namespace {

std::filesystem::path from_environment(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

constexpr char const* default_config = "/etc/snapcron/snapcron.yaml";

/// The value of a line "control_socket: PATH" of a text that is no YAML at the moment.
std::string from_broken_text(std::string_view text) {
  constexpr std::string_view key = "control_socket:";
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    auto const line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(key)) continue;
    // A line of its own is YAML, whatever is wrong with the others.
    std::vector<Diagnostic> ignored;
    auto const tree = parse_yaml({"", std::string{line} + "\n"}, ignored);
    auto const* entry = tree ? tree->find("control_socket") : nullptr;
    if (entry && entry->value.kind == YamlNode::Kind::scalar) return entry->value.text;
  }
  return {};
}

std::string socket_in(std::filesystem::path const& config, std::string const& text) {
  std::vector<Diagnostic> ignored;
  auto const tree = parse_yaml({config.string(), text}, ignored);
  if (!tree) return from_broken_text(text);
  auto const* entry = tree->find("control_socket");
  return entry && entry->value.kind == YamlNode::Kind::scalar ? entry->value.text : std::string{};
}

}  // namespace

std::filesystem::path config_file(std::string const& option) {
  if (!option.empty()) return option;
  if (auto const file = from_environment("SNAPCRON_CONFIG"); !file.empty()) return file;
  return default_config;
}

std::filesystem::path control_socket(std::filesystem::path const& config) {
  if (auto const socket = from_environment("SNAPCRON_SOCKET"); !socket.empty()) return socket;
  if (auto const file = read_regular_file(config, YamlLimits::bytes)) {
    if (auto const socket = socket_in(config, file->text); !socket.empty())
      return std::filesystem::absolute(config).parent_path() / socket;
  } else if (config != default_config) {
    throw std::runtime_error(file.error().text + ", which names the daemon's control socket");
  }
  return "/run/snapcron/snapcron.sock";
}

}  // namespace snapcron
