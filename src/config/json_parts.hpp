#pragma once
// A value of the configuration as JSON whose texts are templates.

#include "config/context.hpp"
#include "core/http_action.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace snapcron {

/// The parts of the JSON document: what is certain as it stands, each text and each name a JSON
/// string of its own. Numbers, true, false and null as in the YAML 1.2 core schema; a number that
/// JSON would write otherwise (012, 0x1f, .5) is an error, since it may be meant as a text. `text`
/// reads a template and tells what is wrong with it.
std::vector<BodyPart> read_json_parts(
    Context const& context, Value const& value,
    std::function<std::optional<Template>(Value const&)> const& text);

}  // namespace snapcron
