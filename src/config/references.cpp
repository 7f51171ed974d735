#include "config/references.hpp"

#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

using Lines = std::vector<References::Line>;

constexpr std::size_t most_listed = 8;

References::Line const* find(Lines const& lines, std::string_view text) {
  auto const number = plain_number(text);
  auto const found = std::ranges::find_if(
      lines, [&](auto const& line) { return number ? line.number == *number : line.name == text; });
  return found == lines.end() ? nullptr : &*found;
}

/// ": known are 1 (front-door), 2 (window)", so that nobody has to look it up.
std::string existing(std::vector<std::string> const& names) {
  if (names.empty()) return ": the configuration has none";
  std::string text = names.size() == 1 ? ": the only one is " : ": known are ";
  for (std::size_t i = 0; i < names.size() && i < most_listed; ++i)
    text += (i > 0 ? ", " : "") + names[i];
  return names.size() > most_listed ? text + ", ..." : text;
}

std::optional<References::Line> find_line(Context const& context, Value const& value,
                                          Lines const& lines, Lines const& others, bool open,
                                          std::string const& kind, std::string const& other_kind) {
  auto const text = read_text(context, value, "a number or a name");
  if (!text) return std::nullopt;
  if (auto const* line = find(lines, *text)) return *line;
  if (open) {
    if (text->empty()) {
      context.error(value.at(), snapcron::quoted(value.name) + " is empty");
      return std::nullopt;
    }
    return References::Line{.number = plain_number(*text).value_or(0), .name = *text};
  }
  auto const message = "there is no " + kind + " " + snapcron::quoted(*text);
  std::vector<std::string> names, listed;
  for (auto const& line : lines) {
    auto const number = std::to_string(line.number);
    names.push_back(line.name);
    listed.push_back(line.name == number ? number : number + " (" + line.name + ")");
  }
  if (!plain_number(*text) && find(others, *text) != nullptr)
    context.error(value.at(), message + ": it is " + other_kind);
  else if (auto const near = suggest(*text, names); !near.empty())
    context.error(value.at(), message, near);
  else
    context.error(value.at(), message + existing(listed));
  return std::nullopt;
}

}  // namespace

References References::of(Site const& site) {
  References references;
  for (auto const& input : site.inputs)
    references.inputs.push_back({input.number, input.name, {}, input.debounce});
  for (auto const& relay : site.relays)
    references.relays.push_back({relay.number, relay.name, relay.max_on, {}});
  for (auto const& camera : site.cameras) {
    references.cameras.push_back(camera.name);
    if (camera.buffer) references.buffers.emplace(camera.name, camera.buffer->seconds);
  }
  return references;
}

std::optional<References::Line> References::input(Context const& context,
                                                  Value const& value) const {
  return find_line(context, value, inputs, relays, open, "input", "a relay");
}

std::optional<References::Line> References::relay(Context const& context,
                                                  Value const& value) const {
  return find_line(context, value, relays, inputs, open, "relay", "an input");
}

std::optional<std::string> References::camera(Context const& context, Value const& value) const {
  auto text = read_text(context, value, "a camera's name");
  if (!text) return std::nullopt;
  if (std::ranges::find(cameras, *text) != cameras.end()) return text;
  if (open && !text->empty()) return text;
  auto const message = "there is no camera " + snapcron::quoted(*text);
  auto const near = context.worth_a_suggestion() ? suggest(*text, cameras) : std::string{};
  if (!near.empty())
    context.error(value.at(), message, near);
  else
    context.error(value.at(), message + existing(cameras));
  return std::nullopt;
}

}  // namespace snapcron
