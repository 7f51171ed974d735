// Any bytes as a configuration: a site without errors, or errors at places that exist. No file is
// touched.

#include "config/load.hpp"
#include "config/yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t depth(snapcron::YamlNode const& node) {
  std::size_t deepest = 0;
  for (auto const& item : node.items) deepest = std::max(deepest, depth(item));
  for (auto const& entry : node.entries) deepest = std::max(deepest, depth(entry.value));
  return deepest + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const text{reinterpret_cast<char const*>(data), size};

  Source const source{"fuzz.yaml", std::string{text}};
  std::vector<Diagnostic> diagnostics;
  auto const root = parse_yaml(source, diagnostics);
  require(root || has_errors(diagnostics));
  if (root) require(depth(*root) <= YamlLimits::depth + 1);

  auto const loaded = load_text(text, "fuzz.yaml");
  require(loaded.site.has_value() == !has_errors(loaded.diagnostics));
  if (loaded.site) require(loaded.site->rules.size() == loaded.rules);
  for (auto const& d : loaded.diagnostics) {
    require(d.at.line >= 1 && d.at.column >= 1 && !d.message.empty());
    require(d.at.column <= source.line(d.at.line).size() + 1);
    require(!to_text(d).empty());
  }
  return 0;
}
