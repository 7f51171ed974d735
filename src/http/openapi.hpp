#pragma once
// The API as an OpenAPI 3.1 document, made from the table of routes that the server itself uses.

#include <string>

namespace snapcron::http {

/// As JSON.
std::string openapi_document();

/// Its schemas and parameters, which the table names: {"schemas": ..., "parameters": ...}.
extern char const* const openapi_parts;

}  // namespace snapcron::http
