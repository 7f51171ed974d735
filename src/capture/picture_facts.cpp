#include "capture/picture_facts.hpp"

#include "core/printable.hpp"

namespace snapcron {
namespace {

constexpr std::size_t longest_value = 200;

std::string json_text(std::string_view value) {
  std::string text = "\"";
  for (char const c : printable(value.substr(0, longest_value))) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::string describe(PictureFacts const& facts, Zone const& zone) {
  auto const age =
      std::chrono::floor<std::chrono::milliseconds>(facts.captured.steady - facts.trigger.steady);
  return "{\"camera\": " + json_text(facts.camera) + ", \"rule\": " + json_text(facts.rule) +
         ", \"event\": " + json_text(facts.event) +
         ", \"trigger\": " + json_text(rfc3339(facts.trigger.wall, zone, 3)) +
         ", \"captured\": " + json_text(rfc3339(facts.captured.wall, zone, 3)) +
         ", \"age_ms\": " + std::to_string(age.count()) + "}";
}

}  // namespace snapcron
