#pragma once
// A JSON text as its values by path, for {reply:PATH}.

#include <map>
#include <string>
#include <string_view>

namespace snapcron {

/// {"result": {"photo": [{"id": 7}]}} has "result.photo.0.id" = "7". Strings, numbers, true and
/// false only; at most 200 values, 64 KiB with their paths, 16 levels deep; nothing of what is no
/// JSON.
std::map<std::string, std::string> values_by_path(std::string_view json);

}  // namespace snapcron
