#include "http/head_parser.hpp"

#include "core/ascii.hpp"
#include "http/target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace snapcron::http {
namespace {

namespace bh = boost::beast::http;

std::string_view to_std(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Method method_of(bh::verb verb) {
  switch (verb) {
    case bh::verb::get:
      return Method::get;
    case bh::verb::head:
      return Method::head;
    case bh::verb::post:
      return Method::post;
    default:
      return Method::other;
  }
}

/// "... HTTP/2.0": well-formed, but not a version of ours.
bool ends_in_foreign_version(std::string_view line) {
  auto const at = line.rfind("HTTP/");
  auto const version = at == std::string_view::npos ? std::string_view{} : line.substr(at + 5);
  return version.size() == 3 && is_digit(version[0]) && version[1] == '.' && is_digit(version[2]) &&
         version != "1.0" && version != "1.1";
}

/// A field that says where a request ends, with a tab about its value: allowed by the letter, but
/// not every reader takes a tab for a blank (nginx does not).
bool has_tab_where_it_matters(std::string_view head) {
  if (head.find('\t') == std::string_view::npos) return false;
  while (!head.empty()) {
    auto const line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(head.size(), line.size() + 1));
    if (line.find('\t') == std::string_view::npos) continue;
    auto const name = line.substr(0, line.find(':'));
    for (auto const* field : {"Content-Length", "Transfer-Encoding"})
      if (equal_ignoring_case(name, field)) return true;
  }
  return false;
}

}  // namespace

HeadParser::HeadParser(Request& request, ReadLimits const& limits)
    : request_{request}, limits_{limits} {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes + 16));
  body_limit(limits.body_bytes);
}

void HeadParser::refuse(unsigned status, std::string_view detail, error_code& ec) {
  refusal_ = {status, detail};
  ec = bh::error::bad_field;
}

bool HeadParser::once(bool& seen, std::string_view detail, error_code& ec) {
  if (seen) refuse(400, detail, ec);
  return !std::exchange(seen, true);
}

void HeadParser::on_request_impl(bh::verb verb, view, view target, int version, error_code& ec) {
  if (verb == bh::verb::unknown) return refuse(501, "this method is not known here", ec);
  request_.method = method_of(verb);
  request_.target = to_std(target);
  request_.version = static_cast<unsigned>(version);
}

void HeadParser::on_field_impl(bh::field field, view name, view raw, error_code& ec) {
  if (++fields_ > limits_.header_fields) return refuse(431, "too many header fields", ec);
  auto const value = to_std(raw);
  switch (field) {
    case bh::field::host:
      if (once(request_.has_host, "two Host fields", ec)) request_.host = value;
      return;
    case bh::field::content_length:
      if (once(length_seen_, "two Content-Length fields", ec)) content_length(value, ec);
      return;
    case bh::field::transfer_encoding:
      if (!once(encoding_seen_, "two Transfer-Encoding fields", ec)) return;
      if (!equal_ignoring_case(value, "chunked"))
        return refuse(400, "the only Transfer-Encoding taken is exactly 'chunked'", ec);
      request_.chunked = request_.announces_body = true;
      return;
    case bh::field::authorization:
      if (once(request_.has_authorization, "two Authorization fields", ec))
        request_.authorization = value;
      return;
    case bh::field::content_type:
      if (once(type_seen_, "two Content-Type fields", ec)) request_.content_type = value;
      return;
    case bh::field::origin:
      if (once(request_.has_origin, "two Origin fields", ec)) request_.origin = value;
      return;
    case bh::field::accept:
      request_.accept = value;
      return;
    case bh::field::accept_language:
      request_.accept_language = value;
      return;
    case bh::field::user_agent:
      request_.user_agent = value;
      return;
    case bh::field::accept_encoding:
      request_.accept_encoding = value;
      return;
    case bh::field::cookie:
      if (once(cookie_seen_, "two Cookie fields", ec)) request_.cookie = value;
      return;
    case bh::field::referer:
      request_.referer = value;
      return;
    case bh::field::range:
      request_.range = value;
      return;
    case bh::field::if_range:
      request_.if_range = value;
      return;
    case bh::field::if_none_match:
      request_.if_none_match = value;
      return;
    case bh::field::expect:
      if (!equal_ignoring_case(value, "100-continue"))
        return refuse(417, "the only expectation met here is 100-continue", ec);
      if (once(expectation_seen_, "two Expect fields", ec)) request_.expects_continue = true;
      return;
    default:
      return other_field(name, value, ec);
  }
}

void HeadParser::content_length(std::string_view value, error_code& ec) {
  std::uint64_t length = 0;
  auto const [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (wrong != std::errc{} || end != value.data() + value.size())
    return refuse(400, "Content-Length is not a plain number", ec);
  if (length > limits_.body_bytes) return refuse(413, "the body is too large", ec);
  request_.content_length = static_cast<std::size_t>(length);
  request_.announces_body = length > 0;
}

void HeadParser::other_field(view name, std::string_view value, error_code& ec) {
  auto const is = [&](std::string_view wanted) {
    return equal_ignoring_case(to_std(name), wanted);
  };
  if (is("sec-fetch-site")) {
    if (once(site_seen_, "two Sec-Fetch-Site fields", ec)) request_.sec_fetch_site = value;
  } else if (is("last-event-id")) {
    request_.last_event_id = value;
  } else if (is("sec-purpose") || is("purpose") || is("x-moz")) {
    request_.prefetch = true;
  } else if (is("upgrade-insecure-requests")) {
    request_.upgrades = true;
  }
}

Refusal HeadParser::parse(std::string_view head) {
  if (has_tab_where_it_matters(head)) return {400, "a tab beside a length, or an encoding"};
  error_code ec;
  auto const used = put(boost::asio::const_buffer{head.data(), head.size()}, ec);
  if (refusal_.status != 0) return refusal_;
  if (ec == bh::error::bad_version)
    return ends_in_foreign_version(head.substr(0, head.find('\r')))
               ? Refusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"}
               : Refusal{400, "the request line does not end in an HTTP version"};
  if (ec == bh::error::body_limit) return {413, "the body is too large"};
  if (ec || used != head.size() || !is_header_done())
    return {400, "this is not a valid HTTP request"};
  if (request_.version < 11 && encoding_seen_)
    return {400, "Transfer-Encoding does not exist in HTTP/1.0"};
  if (length_seen_ && encoding_seen_) return {400, "Content-Length and Transfer-Encoding at once"};
  request_.keep_alive = keep_alive();
  return {0, {}};
}

}  // namespace snapcron::http
