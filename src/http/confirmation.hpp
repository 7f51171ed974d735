#pragma once
// What a browser is asked before it switches something by an address that any page may lead to.

#include "http/request.hpp"
#include "http/response.hpp"

#include <string_view>

namespace snapcron::http {

/// A browser that tells nothing of the page on whose behalf it asks. Over plain HTTP it does not
/// say of what site that is, and the page can forbid it to be named.
bool comes_from_nowhere(Request const& request);

/// A page with a button that asks by POST, and so with an Origin, for what the request asks for.
Response ask_to_confirm(Request const& request, std::string_view what);

}  // namespace snapcron::http
