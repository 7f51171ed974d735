#pragma once
// What somebody is told who did not come in.

#include "http/authenticator.hpp"
#include "http/response.hpp"

#include <string_view>

namespace snapcron::http {

/// 401, 429 or 503, without the challenge that makes a browser open a box of its own.
Response login_refusal(Verdict verdict);

/// The same with the challenge that programs wait for: of the scheme that they have used.
Response challenge(Verdict verdict, std::string_view authorization);

}  // namespace snapcron::http
