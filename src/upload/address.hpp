#pragma once
// Where something lies on a server: addresses below a destination's, and paths.

#include <string>
#include <string_view>

namespace snapcron::upload {

/// Percent-encoded segment by segment (RFC 3986): nothing in it can end a path or begin a query.
std::string encoded_path(std::string_view path);

/// URL/PATH, the path encoded; a query of the URL stays at its end.
std::string below(std::string_view url, std::string_view path);

/// The decoded path of a URL, without the slash at its end; empty for a URL without one.
std::string path_of(std::string const& url);

/// "a/b/c.jpg" is "a/b" and "c.jpg".
std::string_view folder_of(std::string_view path);
std::string_view leaf_of(std::string_view path);

/// `path` with its last part replaced.
std::string beside(std::string_view path, std::string_view leaf);

}  // namespace snapcron::upload
