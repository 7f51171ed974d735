#pragma once
// What every stored picture says of itself, whatever becomes of its name and of the journal: who
// took it and when, where it is to go, and the SHA-256 of what the camera sent. It stands in the
// JPEG's first comment, which `rdjpgcom` and every viewer of properties shows.

#include "core/template.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct PictureFacts {
  TemplateValues values;  // those that its name was made of; the texts' zone
  Moment trigger, captured;
  std::vector<std::string> to{};  // destinations
};

/// The picture with its imprint: one line of JSON, {"camera": "door", "rule": "door-open", "event":
/// "t0f2-7", "trigger": "...", "captured": "...", "age_ms": -412, "seq": 1, ..., "sha256": "..."}.
/// Times are RFC 3339 with milliseconds, the age is from the trigger to the capture: negative for a
/// picture from before it. The digest is of `jpeg`. No value can break out; values that are empty
/// are left out. What does not begin as a JPEG is returned as it is.
std::string with_imprint(std::string_view jpeg, PictureFacts const& facts);

/// An imprint that is read again.
struct Imprint {
  std::size_t at = 0, size = 0;  // the comment's bytes within the file, markers included
  TemplateValues values{};       // `time` is the capture's; UTC
  std::vector<std::string> to{};
  std::string sha256{};  // of the file without these bytes; empty: of an older version
};

/// Of a file that begins with `head`; some kilobytes are enough for nearly all. Null when there is
/// none, or when `head` ends before it does.
std::optional<Imprint> find_imprint(std::string_view head);

}  // namespace snapcron
