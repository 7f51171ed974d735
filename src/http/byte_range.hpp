#pragma once
// The Range field of a request: one range of bytes, or all of them.

#include <cstddef>
#include <optional>
#include <string_view>

namespace snapcron::http {

struct ByteRange {
  std::size_t first = 0, count = 0;
  bool beyond = false;  // it asks for what is not there: 416
};

/// "bytes=0-99", "bytes=100-" or "bytes=-100", of so many bytes. Nullopt for none, several, or
/// nonsense: then all of it is sent, as RFC 9110 wants it.
std::optional<ByteRange> parse_range(std::string_view field, std::size_t size);

/// Whether an If-None-Match field names this entity tag ("\"...\"", with its quotes), or any.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace snapcron::http
