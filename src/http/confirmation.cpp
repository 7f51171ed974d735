#include "http/confirmation.hpp"

#include "http/page.hpp"

#include <string>

namespace snapcron::http {
namespace {

// Java's own client asks for pages, too, whatever program uses it.
constexpr std::string_view accepted_by_java = "text/html, image/gif, image/jpeg, *";

// With "no-referrer" the browser would send the button's POST with "Origin: null".
constexpr std::string_view policies =
    "Content-Security-Policy: default-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";

std::string as_html(std::string_view text) {
  std::string html;
  for (char const c : text) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else
      html += c;
  }
  return html;
}

}  // namespace

bool comes_from_nowhere(Request const& request) {
  bool const shows_pages =
      request.upgrades || (accepts_html(request) && !request.accept.starts_with(accepted_by_java));
  // A picture or a script of a page; the old clients that call themselves Mozilla are of version 4.
  bool const loads_parts =
      request.user_agent.starts_with("Mozilla/5.0") && !request.accept_language.empty();
  return (shows_pages || loads_parts) && request.sec_fetch_site.empty() && !request.has_origin &&
         request.referer.empty();
}

Response ask_to_confirm(Request const& request, std::string_view what) {
  Response response;
  response.status = 403;
  response.content_type = "text/html; charset=utf-8";
  response.fields = policies;
  // A form without an address of its own is sent to that of its page.
  response.body =
      "<!doctype html>\n<html lang=\"en\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n"
      "<title>snapcron</title>\n<h1>" +
      as_html(what) + "?</h1>\n<p>That is what <code>" + as_html(request.target) +
      "</code> does. Whoever has led you here, nothing has happened yet.\n"
      "<form method=\"post\"><button>Yes</button></form>\n";
  return response;
}

}  // namespace snapcron::http
