#pragma once
// The files of the page, as they were when the program was built (src/web/files, by embed.cmake).

#include <span>
#include <string_view>

namespace snapcron::web {

struct PageFile {
  std::string_view name;          // "main.js"
  std::string_view content_type;  // a literal
  std::string_view sum;           // of its bytes, for an ETag
  std::string_view text;
  std::string_view gzip;  // empty where it would not be shorter
};

std::span<PageFile const> page_files();

/// Made of the bytes of all files: another one where any of them is another.
std::string_view version();

}  // namespace snapcron::web
