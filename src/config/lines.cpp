#include "config/devices.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

constexpr unsigned largest_offset = 65535;  // of a line on its chip

bool is_numbered_chip(std::string_view chip) {
  constexpr std::string_view begin = "gpiochip";
  return chip.starts_with(begin) && plain_number(chip.substr(begin.size()));
}

/// Calls `read` for each entry whose key is a number.
template <class Read>
void for_each_numbered(Context const& context, YamlEntry const* entry, std::string const& kind,
                       std::string const& example, Read read) {
  if (entry == nullptr || entry->value.kind == YamlNode::Kind::null) return;
  auto const* map = read_map(context, *entry, "'" + example + "'");
  if (map == nullptr) return;
  auto const range = kind + "s have numbers from 1 to " + std::to_string(most_lines);
  auto const form = ": write '" + example + "'";
  for (auto const& line : map->entries) {
    auto const number = plain_number(line.key);
    if (number && *number != 0 && *number <= most_lines) {
      read(line, *number);
    } else {
      auto message = range;
      message.append(", not ").append(snapcron::quoted(line.key)).append(form);
      context.error(line.at, std::move(message));
    }
  }
}

}  // namespace

std::string LinesReader::chip(YamlEntry const& entry) {
  auto const text = read_text(context_, entry, "a chip's label, path or name");
  if (!text) return {};
  if (text->empty() || printable(*text) != *text || text->size() > 256) {
    context_.error(entry.value.at,
                   "a chip is a label such as pinctrl-rp1, a path such as "
                   "/dev/gpiochip0, or 'sim'");
    return {};
  }
  if (*text == virtual_chip) {
    context_.error(entry.value.at,
                   "no chip has this name: an input without a line is 'virtual: true'");
    return {};
  }
  if (is_numbered_chip(*text))
    context_.warning(entry.value.at,
                     "chip numbers move between boots: use the label that gpiodetect prints in []");
  return *text;
}

void LinesReader::gpio(YamlEntry const* entry) {
  if (entry == nullptr) return;
  auto const* map = read_map(context_, *entry, "'gpio: {chip: pinctrl-rp1}'");
  if (map == nullptr) return;
  MapReader reader{context_, *map, gpio_words(), "gpio", entry->at};
  if (auto const* given = reader.require("chip")) chip_ = chip(*given);
  chip_given_ = true;  // when it is wrong, that was told
  reader.finish();
}

void LinesReader::inputs(YamlEntry const* entry) {
  for_each_numbered(context_, entry, "input", "1: {name: door, line: 17}",
                    [&](YamlEntry const& line, unsigned number) { input(line, number); });
  std::ranges::sort(site_.inputs, {}, &InputSpec::number);
}

void LinesReader::relays(YamlEntry const* entry) {
  for_each_numbered(context_, entry, "relay", "1: {name: strike, line: 22}",
                    [&](YamlEntry const& line, unsigned number) { relay(line, number); });
  std::ranges::sort(site_.relays, {}, &RelaySpec::number);
}

std::string LinesReader::name(MapReader& map, unsigned number,
                              std::vector<References::Line> const& others) {
  auto fallback = std::to_string(number);
  auto const* entry = map.take("name");
  if (entry == nullptr) return fallback;
  auto const name = read_name(context_, *entry);
  if (!name) return fallback;
  auto const taken = std::ranges::find(others, *name, &References::Line::name);
  if (taken == others.end()) return *name;
  context_.error(entry->value.at, "the name " + snapcron::quoted(*name) + " is taken by number " +
                                      std::to_string(taken->number));
  return fallback;
}

LineName LinesReader::line(MapReader& map) {
  LineName line{.chip = chip_, .line = {}};
  if (auto const* own = map.take("chip"))
    line.chip = chip(*own);
  else if (!chip_given_)
    context_.error(map.at(), map.what() +
                                 " has no chip: add 'gpio: {chip: LABEL}' for all lines, or "
                                 "a 'chip' of its own");
  auto const* entry = map.require("line", "add the line's offset on the chip, or its name");
  if (entry == nullptr) return line;
  auto const text = read_text(context_, *entry, "a line's offset or name");
  if (!text) return line;
  bool const digits = text->find_first_not_of("0123456789") == std::string::npos;
  auto const offset = plain_number(*text);
  if (text->empty() || text->size() > 64 || printable(*text) != *text)
    context_.error(entry->value.at, "a line is an offset such as 17 or a name such as GPIO17");
  else if (digits && (!offset || *offset > largest_offset))
    context_.error(entry->value.at, "a line's offset is a number from 0 to " +
                                        std::to_string(largest_offset) + " without leading zeros");
  else
    line.line = *text;
  if (line.line.empty() || line.chip.empty()) return line;

  auto device = line.chip.starts_with("/dev/") ? line.chip.substr(5) : line.chip;
  auto const [user, is_new] = users_of_lines_.emplace(std::pair{device, line.line}, map.what());
  if (!is_new)
    context_.error(entry->value.at, "line " + snapcron::quoted(line.line) + " of chip " +
                                        snapcron::quoted(line.chip) + " is already " +
                                        user->second);
  return line;
}

/// Of a virtual input.
LineName LinesReader::no_line(MapReader& map, unsigned number) {
  for (auto const* key : {"line", "chip", "bias", "active_low"})
    if (auto const* entry = map.take(key))
      context_.error(entry->at,
                     "a virtual input has no " + snapcron::quoted(key) + ": it has no line at all");
  return {.chip = virtual_chip, .line = std::to_string(number)};
}

void LinesReader::input(YamlEntry const& entry, unsigned number) {
  auto const* map = read_map(context_, entry, "'1: {name: door, line: 17}'");
  if (map == nullptr) {
    references_.inputs.push_back({.number = number, .name = entry.key});
    return;
  }
  MapReader reader{context_, *map, input_words(), "input " + entry.key, entry.at};
  InputSpec input;
  input.number = number;
  input.name = name(reader, number, references_.inputs);
  references_.inputs.push_back({.number = number, .name = input.name});
  bool const is_virtual = reader.flag("virtual").value_or(false);
  input.line = is_virtual ? no_line(reader, number) : line(reader);
  input.bias = static_cast<Bias>(reader.word("bias").value_or(0));
  input.active_low = reader.flag("active_low").value_or(false);
  input.debounce = reader.duration("debounce").value_or(Duration{});
  references_.inputs.back().debounce = input.debounce;
  reader.finish();
  site_.inputs.push_back(std::move(input));
}

void LinesReader::relay(YamlEntry const& entry, unsigned number) {
  auto const* map = read_map(context_, entry, "'1: {name: strike, line: 22}'");
  if (map == nullptr) {
    references_.relays.push_back({.number = number, .name = entry.key});
    return;
  }
  MapReader reader{context_, *map, relay_words(), "relay " + entry.key, entry.at};
  RelaySpec relay;
  relay.number = number;
  relay.name = name(reader, number, references_.relays);
  relay.line = line(reader);
  relay.active_low = reader.flag("active_low").value_or(false);
  relay.initial = reader.word("initial").value_or(0) == 1;
  relay.on_exit = reader.word("on_exit").value_or(0) == 1;
  relay.max_on = reader.duration("max_on");
  reader.finish();
  references_.relays.push_back({number, relay.name, relay.max_on, {}});
  site_.relays.push_back(std::move(relay));
}

}  // namespace snapcron
