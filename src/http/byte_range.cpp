#include "http/byte_range.hpp"

#include "http/target.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace snapcron::http {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view field, std::size_t size) {
  auto const equals = std::min(field.find('='), field.size());
  if (!equal_ignoring_case(field.substr(0, equals), "bytes")) return std::nullopt;
  auto const spec = without_blanks(field.substr(std::min(equals + 1, field.size())));
  auto const dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const from = number(spec.substr(0, dash));
  auto const to = number(spec.substr(dash + 1));
  bool const to_the_end = spec.substr(dash + 1).empty();
  if (dash == 0) {  // the last ones
    if (!to) return std::nullopt;
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(*to, size));
    return ByteRange{size - count, count, count == 0};
  }
  if (!from || (!to && !to_the_end) || (to && *to < *from)) return std::nullopt;
  if (*from >= size) return ByteRange{0, 0, true};
  auto const first = static_cast<std::size_t>(*from);
  auto const last =
      to ? static_cast<std::size_t>(std::min<std::uint64_t>(*to, size - 1)) : size - 1;
  return ByteRange{first, last - first + 1, false};
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    auto const end = std::min(if_none_match.find(','), if_none_match.size());
    auto one = without_blanks(if_none_match.substr(0, end));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
  }
  return false;
}

}  // namespace snapcron::http
