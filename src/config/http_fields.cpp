#include "config/http_fields.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>

namespace snapcron {

bool is_same_header(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool check_header_name(Context const& context, YamlEntry const& header, bool stands_already) {
  constexpr std::array<std::string_view, 4> ours{"host", "content-length", "transfer-encoding",
                                                 "connection"};
  auto const name = snapcron::quoted(header.key);
  if (!is_http_token(header.key) || header.key.size() > 64)
    context.error(header.at, name + " is no name of a header");
  else if (std::ranges::any_of(ours, [&](auto one) { return is_same_header(one, header.key); }))
    context.error(header.at, name + " is set by snapcron itself");
  else if (stands_already)
    context.error(header.at, "the header " + name + " stands twice");
  else
    return true;
  return false;
}

bool is_field_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && printable(text) == text &&
         text.find_first_of("\"\\") == std::string_view::npos;
}

}  // namespace snapcron
