#include "http/page.hpp"

#include "http/api.hpp"
#include "http/byte_range.hpp"
#include "web/page_files.hpp"

#include <algorithm>
#include <string>

namespace snapcron::http {
namespace {

/// Nothing but our own files; no script and no style that stands in a document; and text from
/// outside can never become markup.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n";

bool accepts_gzip(std::string_view accept_encoding) {
  auto const at = accept_encoding.find("gzip");
  return at != std::string_view::npos && !accept_encoding.substr(at).starts_with("gzip;q=0");
}

web::PageFile const* find(std::string_view name) {
  auto const files = web::page_files();
  auto const found = std::ranges::find(files, name, &web::PageFile::name);
  return found == files.end() ? nullptr : &*found;
}

void serve(web::PageFile const& file, Request const& request, Response& response) {
  bool const zipped = !file.gzip.empty() && accepts_gzip(request.accept_encoding);
  auto const tag = "\"" + std::string{file.sum} + (zipped ? "-gzip\"" : "\"");
  response.content_type = file.content_type;
  response.fields += page_policy;
  response.fields += "ETag: " + tag + "\r\n";
  if (zipped) response.fields += "Content-Encoding: gzip\r\n";
  if (names_tag(request.if_none_match, tag))
    response.status = 304;
  else
    response.body = zipped ? file.gzip : file.text;
}

}  // namespace

bool accepts_html(Request const& request) {
  return request.accept.find("text/html") != std::string_view::npos;
}

void serve_document(std::string_view name, Request const& request, Response& response) {
  response.cache = "no-cache";
  response.fields += "Vary: Accept, Accept-Encoding, Cookie\r\n";
  serve(*find(name), request, response);
}

void Api::login_page(Call const& call, Response& response) {
  if (entrance_.asks()) return serve_document("login.html", call.request, response);
  response.status = 303;
  response.fields = "Location: /\r\n";
}

void Api::page_file(Call const& call, Response& response) {
  std::string_view const argument = call.argument;
  auto const slash = argument.find('/');
  auto const* file = slash == std::string_view::npos || argument.substr(0, slash) != web::version()
                         ? nullptr
                         : find(argument.substr(slash + 1));
  if (!file) return make_problem(response, 404, "the page has no such file, or not any more");
  response.cache = "public, max-age=31536000, immutable";
  response.fields += "Vary: Accept-Encoding\r\n";
  serve(*file, call.request, response);
}

boost::asio::awaitable<void> Api::log_in(Call const& call, Response& response) {
  return entrance_.log_in(call, response);
}

void Api::log_out(Call const& call, Response& response) {
  entrance_.log_out(call, response);
}

}  // namespace snapcron::http
