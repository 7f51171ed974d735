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

/// A thing that has a name only.
std::optional<std::string> find_named(Context const& context, Value const& value,
                                      std::string const& kind,
                                      std::vector<std::string> const& names, bool open) {
  auto const& text = value.text();
  if (std::ranges::find(names, text) != names.end()) return text;
  if (open && !text.empty()) return text;
  auto const message = "there is no " + kind + " " + snapcron::quoted(text);
  auto const near = context.worth_a_suggestion() ? suggest(text, names) : std::string{};
  if (!near.empty())
    context.error(value.at(), message, near);
  else
    context.error(value.at(), message + existing(names));
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
  for (auto const& destination : site.destinations)
    references.destinations.push_back(
        {destination.name, std::holds_alternative<MailTarget>(destination.target)});
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
  auto const text = read_text(context, value, "a camera's name or number");
  if (!text) return std::nullopt;
  auto const number = plain_number(*text);
  if (number && *number >= 1 && *number <= cameras.size()) return cameras[*number - 1];
  return find_named(context, value, "camera", cameras, open);
}

std::optional<std::string> References::destination(Context const& context,
                                                   Value const& value) const {
  if (!read_text(context, value, "a destination's name")) return std::nullopt;
  std::vector<std::string> names;
  for (auto const& one : destinations) names.push_back(one.name);
  return find_named(context, value, "destination", names, open);
}

std::optional<std::string> References::mail(Context const& context, Value const& value) const {
  auto name = destination(context, value);
  if (!name) return std::nullopt;
  auto const found = std::ranges::find(destinations, *name, &Destination::name);
  if (found == destinations.end() || found->mail || !found->right) return name;
  context.error(value.at(), "no mail can be sent to destination " + snapcron::quoted(*name) +
                                ": its url does not begin with smtp:// or smtps://");
  return std::nullopt;
}

}  // namespace snapcron
