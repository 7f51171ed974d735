#pragma once
// One reply, and how it stands on the wire.

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace snapcron::http {

struct Response {
  unsigned status = 200;
  std::string_view content_type = "text/plain";  // a literal
  std::string fields;                            // further header lines, each with its CR LF
  std::string_view cache = "no-store";           // Cache-Control, a literal
  std::string body;
  std::shared_ptr<std::string const> picture;  // in place of the body
  bool close = false;                          // the connection is of no use after this reply
  bool endless = false;                        // parts follow until the connection is closed

  std::string_view payload() const { return picture ? std::string_view{*picture} : body; }
  /// As new, with the body's memory kept.
  void reset();
};

/// RFC 9457: {"type", "title", "status", "detail"}, and what else there is to say.
void make_problem(Response& response, unsigned status, std::string_view detail,
                  boost::json::object more = {});
Response problem(unsigned status, std::string_view detail);

/// How the reply is to be sent.
struct Framing {
  unsigned version = 11;  // the request's; the reply is of the same
  bool keep_alive = true;
  std::string_view date;  // "Date: ...\r\n" or empty
};

/// Appends status line and header, with Content-Length unless it is endless; the payload is for the
/// caller to send (or not, after HEAD).
void append_head(std::string& out, Response const& response, Framing const& framing);

}  // namespace snapcron::http
