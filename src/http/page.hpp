#pragma once
// The page's files on the wire.

#include "http/request.hpp"
#include "http/response.hpp"

#include <string_view>

namespace snapcron::http {

/// A browser that shows a page sends this; programs do not, unless they want one.
bool accepts_html(Request const& request);

/// "index.html" or "login.html": always asked anew, and sent only when it is another one.
void serve_document(std::string_view name, Request const& request, Response& response);

}  // namespace snapcron::http
