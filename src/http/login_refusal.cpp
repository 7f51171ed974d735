#include "http/login_refusal.hpp"

#include "http/token.hpp"

namespace snapcron::http {

Response login_refusal(Verdict verdict) {
  switch (verdict) {
    case Verdict::limited: {
      auto response = problem(429, "too many wrong passwords: wait a minute");
      response.fields = "Retry-After: 60\r\n";
      return response;
    }
    case Verdict::busy: {
      auto response = problem(503, "too many logins at once: try again");
      response.fields = "Retry-After: 1\r\n";
      return response;
    }
    default:
      return problem(401, "a good name and password are needed");
  }
}

Response challenge(Verdict verdict, std::string_view authorization) {
  auto response = login_refusal(verdict);
  if (response.status != 401) return response;
  response.fields = is_bearer(authorization)
                        ? "WWW-Authenticate: Bearer realm=\"snapcron\", error=\"invalid_token\"\r\n"
                        : "WWW-Authenticate: Basic realm=\"snapcron\", charset=\"UTF-8\"\r\n";
  return response;
}

}  // namespace snapcron::http
