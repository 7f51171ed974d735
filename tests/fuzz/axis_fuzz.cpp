// Any bytes as the CRON script of an AXIS camera server: rules that can be read, or errors at
// places that exist.

#include "axis/rules.hpp"
#include "config/load.hpp"
#include "config/scan.hpp"
#include "config/source.hpp"
#include "config/yaml.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  Source const source{"unit.cron", std::string{reinterpret_cast<char const*>(data), size}};
  AxisSettings const settings{
      .reboot = true, .ptz = "http://10.0.0.5/ptz.cgi", .username = {}, .password_file = {}};

  // As it is read: what is no text never comes so far.
  std::vector<Diagnostic> of_yaml;
  if (!check_characters(source, of_yaml)) return 0;
  std::vector<Diagnostic> mistakes;
  auto const script = parse_axis_script(source.text(), mistakes);
  auto const rules = translate(script, settings, mistakes);
  for (auto const& mistake : mistakes) {
    require(mistake.at.line >= 1 && mistake.at.column >= 1 && !mistake.message.empty());
    require(mistake.at.column <= source.line(mistake.at.line).size() + 2);
  }
  auto const yaml = write_yaml(rules, script.comments);
  for (auto const& origin : yaml.origins) require(origin.offset < yaml.text.size());
  if (has_errors(mistakes)) return 0;

  // The rules are well formed: what can be wrong with them is what the script says.
  auto const root = parse_yaml(Source{"rules.yaml", yaml.text}, of_yaml);
  require(root && of_yaml.empty());
  auto const loaded = load_text("version: 1\n" + yaml.text, "rules.yaml");
  require(loaded.rules >= 1 || has_errors(loaded.diagnostics));
  return 0;
}
