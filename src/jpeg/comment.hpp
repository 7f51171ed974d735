#pragma once
// A comment within a JPEG (its COM segment), which `rdjpgcom` and every viewer of properties shows.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace snapcron {

/// The picture with `text` as its first comment, right behind the APPn segments that stand at its
/// beginning; nothing else is touched or decoded. At most 60000 bytes of text are taken; what does
/// not begin as a JPEG is returned as it is.
std::string with_comment(std::string_view jpeg, std::string_view text);

struct JpegComment {
  std::size_t at = 0, size = 0;  // of the whole segment within the file
  std::string_view text;
};

/// The comment that stands where with_comment() puts it, in a file that begins with `head`. Null
/// when there is none, or when `head` does not hold all of it.
std::optional<JpegComment> first_comment(std::string_view head);

}  // namespace snapcron
