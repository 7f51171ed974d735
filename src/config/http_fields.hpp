#pragma once
// Names of headers and of a form's fields, in an action and at a destination.

#include "config/context.hpp"

#include <cstddef>
#include <string_view>

namespace snapcron {

inline constexpr std::size_t most_headers = 50;

bool is_same_header(std::string_view a, std::string_view b);

/// Whether the entry's key may name a header; `stands_already`: one before it has the name.
bool check_header_name(Context const& context, YamlEntry const& header, bool stands_already);

/// Of a form: it goes into a quoted text of the request.
bool is_field_name(std::string_view text);

}  // namespace snapcron
