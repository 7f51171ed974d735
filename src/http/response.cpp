#include "http/response.hpp"

#include "http/json_text.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>

#include <charconv>
#include <utility>

namespace snapcron::http {
namespace {

std::string_view reason_of(unsigned status) {
  auto const reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {reason.data(), reason.size()};
}

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  auto const [end, ec] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

}  // namespace

void Response::reset() {
  auto kept = std::move(body);
  *this = Response{};
  body = std::move(kept);
  body.clear();
  if (body.capacity() > 65536) body.shrink_to_fit();
}

void make_problem(Response& response, unsigned status, std::string_view detail,
                  boost::json::object more) {
  response.status = status;
  response.content_type = "application/problem+json";
  // No type of our own: the status says what kind of problem it is.
  boost::json::object problem{{"type", "about:blank"},
                              {"title", reason_of(status)},
                              {"status", status},
                              {"detail", detail}};
  for (auto& [key, value] : more) problem[key] = std::move(value);
  response.body = json_text(problem) + "\n";
}

Response problem(unsigned status, std::string_view detail) {
  Response response;
  make_problem(response, status, detail);
  return response;
}

void append_head(std::string& out, Response const& response, Framing const& framing) {
  out += framing.version >= 11 ? "HTTP/1.1 " : "HTTP/1.0 ";
  append_number(out, response.status);
  out += ' ';
  out += reason_of(response.status);
  out += "\r\n";
  out += framing.date;
  if (response.status != 304) {  // which tells nothing of a body
    out += "Content-Type: ";
    out += response.content_type;
    out += "\r\n";
    if (!response.endless) {
      out += "Content-Length: ";
      append_number(out, response.payload().size());
      out += "\r\n";
    }
  }
  out += framing.keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  out += response.fields;
  out += "Cache-Control: ";
  out += response.cache;
  out +=
      "\r\nX-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\n\r\n";
}

}  // namespace snapcron::http
