#pragma once
// The request line's target and the Host field, as strictly as we take them.

#include <string>
#include <string_view>

namespace snapcron::http {

/// Decodes the path of an origin-form target (without the query) into `path`. Null when it is good;
/// else what is wrong with it: an absolute or authority form, bytes outside printable ASCII, "#" or
/// "\", a broken percent-encoding, a decoded control character, bytes that are not UTF-8, a "." or
/// ".." segment.
char const* decode_path(std::string_view raw, std::string& path);

/// Printable ASCII without "#" and "\\".
bool valid_query(std::string_view query);

/// Decodes a key or a value of a query ("+" is a space); false when it is broken.
bool decode_query_text(std::string_view raw, std::string& text);

/// A host name, an IPv4 or a bracketed IPv6 literal, with an optional port.
bool valid_host(std::string_view host);

/// The name or literal without port and brackets: "localhost", "::1".
std::string_view host_name(std::string_view host);

/// localhost, 127.x.x.x or ::1, with or without a port: what a page of another site, made to
/// resolve to this machine, cannot call itself.
bool is_loopback_host(std::string_view host);

/// Whether `url` (an Origin or a Referer) names the same host and port as the Host field, the
/// scheme's own port being the same as none. "null" and nonsense do not.
bool same_site(std::string_view url, std::string_view host);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace snapcron::http
