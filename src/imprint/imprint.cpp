#include "imprint/imprint.hpp"

#include "core/printable.hpp"
#include "core/zone.hpp"
#include "imprint/sha256.hpp"
#include "jpeg/comment.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::size_t longest_value = 200;
constexpr std::size_t most_destinations = 32;

std::string json_text(std::string_view value) {
  std::string text = "\"";
  for (char const c : printable(value.substr(0, longest_value))) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

/// The values that say something of some pictures only.
template <class Values, class Visit>
void for_each_rare(Values& values, Visit visit) {
  visit("cause", values.trigger);
  visit("input", values.input);
  visit("edge", values.edge);
  visit("state", values.state);
  visit("relay", values.relay);
}

std::string describe(PictureFacts const& facts, std::string_view sha256) {
  auto const& values = facts.values;
  auto const age =
      std::chrono::floor<std::chrono::milliseconds>(facts.captured.steady - facts.trigger.steady);
  auto text = "{\"camera\": " + json_text(values.camera) + ", \"rule\": " + json_text(values.rule) +
              ", \"event\": " + json_text(values.event) +
              ", \"trigger\": " + json_text(rfc3339(facts.trigger.wall, values.zone, 3)) +
              ", \"captured\": " + json_text(rfc3339(facts.captured.wall, values.zone, 3)) +
              ", \"age_ms\": " + std::to_string(age.count()) +
              ", \"seq\": " + std::to_string(values.seq);
  for_each_rare(values, [&text](char const* name, std::string const& value) {
    if (!value.empty()) text += ", \"" + std::string{name} + "\": " + json_text(value);
  });
  if (!facts.to.empty()) {
    std::string list;
    for (auto const& name : facts.to) list += (list.empty() ? "" : ", ") + json_text(name);
    text += ", \"to\": [" + list + ']';
  }
  return text + ", \"sha256\": " + json_text(sha256) + '}';
}

std::string text_of(boost::json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  auto const* text = value ? value->if_string() : nullptr;
  return text ? printable(std::string_view{*text}.substr(0, longest_value)) : std::string{};
}

std::optional<Imprint> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 2;
  boost::json::error_code failed;
  auto const json = boost::json::parse(text, failed, {}, options);
  auto const* object = failed ? nullptr : json.if_object();
  if (!object || !object->contains("camera")) return std::nullopt;
  auto const captured = parse_rfc3339(text_of(*object, "captured"));
  if (!captured) return std::nullopt;
  Imprint imprint;
  imprint.sha256 = text_of(*object, "sha256");
  auto& values = imprint.values;
  values.time = *captured;
  values.camera = text_of(*object, "camera");
  values.rule = text_of(*object, "rule");
  values.event = text_of(*object, "event");
  if (auto const* seq = object->if_contains("seq"); seq && seq->is_int64())
    values.seq = static_cast<unsigned>(std::clamp<std::int64_t>(seq->as_int64(), 1, 1'000'000));
  for_each_rare(values,
                [object](char const* name, std::string& value) { value = text_of(*object, name); });
  auto const* to = object->if_contains("to");
  if (auto const* list = to ? to->if_array() : nullptr)
    for (auto const& name : *list)
      if (name.is_string() && imprint.to.size() < most_destinations)
        imprint.to.emplace_back(name.as_string());
  return imprint;
}

}  // namespace

std::string with_imprint(std::string_view jpeg, PictureFacts const& facts) {
  return with_comment(jpeg, describe(facts, Sha256{}.add(jpeg).hex()));
}

std::optional<Imprint> find_imprint(std::string_view head) {
  auto const comment = first_comment(head);
  if (!comment) return std::nullopt;
  auto imprint = parse(comment->text);
  if (imprint) {
    imprint->at = comment->at;
    imprint->size = comment->size;
  }
  return imprint;
}

}  // namespace snapcron
