#pragma once
// What is quoted of files is seen by people who are not to see all that stands in them. It is
// blanked out byte for byte, so that columns stay.

#include <string>
#include <string_view>

namespace snapcron {

/// Without what addresses hold: the user and the password, and the values behind the question mark.
std::string hide_secrets_of_urls(std::string text);

/// The same with what the line says of passwords, tokens and headers, in YAML and in the script of
/// an old camera server, by whatever name people try. `is_header`: it is one, by the lines above.
std::string hide_secrets(std::string_view line, bool is_header = false);
std::string hide_secrets_in_lines(std::string_view text);

}  // namespace snapcron
