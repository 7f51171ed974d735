#pragma once
// A comment within a JPEG (its COM segment), which `rdjpgcom` and every viewer of properties shows.

#include <string>
#include <string_view>

namespace snapcron {

/// The picture with `text` as its first comment, right behind the APPn segments that stand at its
/// beginning; nothing else is touched or decoded. At most 60000 bytes of text are taken; what does
/// not begin as a JPEG is returned as it is.
std::string with_comment(std::string_view jpeg, std::string_view text);

}  // namespace snapcron
