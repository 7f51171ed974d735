#include "http/request.hpp"

#include "http/target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>

namespace snapcron::http {
namespace {

namespace bh = boost::beast::http;

// A chunked body may cost so much framing and no more.
constexpr std::size_t body_slack = 4096;

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
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 3 && digit(version[0]) && version[1] == '.' && digit(version[2]) &&
         version != "1.0" && version != "1.1";
}

}  // namespace

bool Request::query_has(std::string_view key) const {
  for (auto rest = query; !rest.empty();) {
    auto const parameter = rest.substr(0, rest.find('&'));
    if (parameter.substr(0, parameter.find('=')) == key) return true;
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
  }
  return false;
}

void Request::reset() {
  auto kept_path = std::move(path);
  auto kept_body = std::move(body);
  *this = Request{};
  path = std::move(kept_path);
  path.clear();
  body = std::move(kept_body);
  body.clear();
  if (body.capacity() > 4096) body.shrink_to_fit();
}

// --- Beast's parser with our rules ---

RequestReader::Parser::Parser(Request& request, Refusal& refusal, ReadLimits const& limits)
    : request_{request}, refusal_{refusal}, limits_{limits} {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes + 16));
  body_limit(limits.body_bytes);
}

void RequestReader::Parser::refuse(unsigned status, std::string_view detail, error_code& ec) {
  refusal_ = {status, detail};
  ec = bh::error::bad_field;
}

bool RequestReader::Parser::once(bool& seen, std::string_view detail, error_code& ec) {
  if (seen) refuse(400, detail, ec);
  return !std::exchange(seen, true);
}

void RequestReader::Parser::on_request_impl(bh::verb verb, view, view target, int version,
                                            error_code& ec) {
  if (verb == bh::verb::unknown) return refuse(501, "this method is not known here", ec);
  request_.method = method_of(verb);
  request_.target = to_std(target);
  request_.version = static_cast<unsigned>(version);
}

void RequestReader::Parser::on_field_impl(bh::field field, view name, view raw, error_code& ec) {
  if (!in_head_) return refuse(400, "fields after a chunked body are not taken", ec);
  if (++fields_ > limits_.header_fields) return refuse(431, "too many header fields", ec);
  auto const value = to_std(raw);
  switch (field) {
    case bh::field::host:
      if (once(request_.has_host, "two Host fields", ec)) request_.host = value;
      return;
    case bh::field::content_length:
      if (!once(length_seen_, "two Content-Length fields", ec)) return;
      if (value.size() > 18 || value.find_first_not_of("0123456789") != std::string_view::npos)
        refuse(400, "Content-Length is not a plain number", ec);
      return;
    case bh::field::transfer_encoding:
      if (!once(encoding_seen_, "two Transfer-Encoding fields", ec)) return;
      if (!equal_ignoring_case(value, "chunked"))
        refuse(400, "the only Transfer-Encoding taken is exactly 'chunked'", ec);
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
    case bh::field::referer:
      request_.referer = value;
      return;
    case bh::field::expect:
      if (!equal_ignoring_case(value, "100-continue"))
        return refuse(417, "the only expectation met here is 100-continue", ec);
      request_.expects_continue = true;
      return;
    default:
      return other_field(name, value, ec);
  }
}

void RequestReader::Parser::other_field(view name, view value, error_code& ec) {
  auto const is = [&](std::string_view wanted) {
    return equal_ignoring_case(to_std(name), wanted);
  };
  if (is("sec-fetch-site")) {
    if (once(site_seen_, "two Sec-Fetch-Site fields", ec)) request_.sec_fetch_site = to_std(value);
  } else if (is("sec-purpose") || is("purpose") || is("x-moz")) {
    request_.prefetch = true;
  }
}

std::size_t RequestReader::Parser::on_body_impl(view body, error_code& ec) {
  if (request_.body.size() + body.size() > limits_.body_bytes) {
    refuse(413, "the body is too large", ec);
    return 0;
  }
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestReader::Parser::on_chunk_header_impl(std::uint64_t, view extensions, error_code& ec) {
  if (!extensions.empty()) refuse(400, "chunk extensions are not taken", ec);
}

std::size_t RequestReader::Parser::on_chunk_body_impl(std::uint64_t, view body, error_code& ec) {
  return on_body_impl(body, ec);
}

// --- the reader ---

RequestReader::RequestReader(ReadLimits const& limits)
    : limits_{limits}, buffer_(limits.header_bytes + body_slack) {}

std::span<char> RequestReader::space() {
  return {buffer_.data() + end_, buffer_.size() - end_};
}

RequestReader::Step RequestReader::refuse(unsigned status, std::string_view detail) {
  refusal_ = {status, detail};
  return Step::refused;
}

RequestReader::Step RequestReader::read_head() {
  auto step = find_head();
  if (step == Step::done) step = parse_head();
  if (step == Step::done) step = check_head();
  return step;
}

/// Looks for the empty line; refuses lines that end in a bare LF and folded ones.
RequestReader::Step RequestReader::find_head() {
  char const* const data = buffer_.data();
  while (auto const* lf =
             static_cast<char const*>(std::memchr(data + scanned_, '\n', end_ - scanned_))) {
    auto const at = static_cast<std::size_t>(lf - data);
    if (at == line_ || data[at - 1] != '\r') return refuse(400, "a line must end in CR LF");
    std::size_t const length = at - 1 - line_;
    bool const first = line_ == begin_;
    if (length == 0 && first) {
      if (std::exchange(empty_line_skipped_, true)) return refuse(400, "no request line");
      begin_ = at + 1;
    } else if (!first && length > 0 && (data[line_] == ' ' || data[line_] == '\t')) {
      return refuse(400, "a folded header line");
    }
    bool const end = length == 0 && !first;
    line_ = scanned_ = at + 1;
    if (!end) continue;
    if (at + 1 - begin_ > limits_.header_bytes) return refuse(431, "the header is too large");
    head_end_ = at + 1;
    return Step::done;
  }
  scanned_ = end_;
  if (end_ - begin_ < limits_.header_bytes) return Step::more;
  return line_ == begin_ ? refuse(414, "the request line is too long")
                         : refuse(431, "the header is too large");
}

RequestReader::Step RequestReader::parse_head() {
  boost::system::error_code ec;
  parser_.emplace(request_, refusal_, limits_);
  auto const used =
      parser_->put(boost::asio::const_buffer{buffer_.data() + begin_, head_end_ - begin_}, ec);
  if (refusal_.status != 0) return Step::refused;
  if (ec == bh::error::bad_version) {
    std::string_view const head{buffer_.data() + begin_, head_end_ - begin_};
    return ends_in_foreign_version(head.substr(0, head.find('\r')))
               ? refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here")
               : refuse(400, "the request line does not end in an HTTP version");
  }
  if (ec == bh::error::body_limit) return refuse(413, "the body is too large");
  if (ec || used != head_end_ - begin_ || !parser_->is_header_done())
    return refuse(400, "this is not a valid HTTP request");
  return Step::done;
}

RequestReader::Step RequestReader::check_head() {
  auto& r = request_;
  if (r.version >= 11 && !r.has_host) return refuse(400, "an HTTP/1.1 request needs a Host");
  if (r.has_host && !valid_host(r.host))
    return refuse(400, "the Host is not a valid name or address");
  if (r.version < 11) {
    if (parser_->transfer_encoding_seen())
      return refuse(400, "Transfer-Encoding does not exist in HTTP/1.0");
    r.expects_continue = false;
  }
  auto const question = r.target.find('?');
  auto const raw_path = r.target.substr(0, question);
  if (question != std::string_view::npos) {
    r.query = r.target.substr(question + 1);
    if (!valid_query(r.query))
      return refuse(400, "the request's target must be printable ASCII without # and \\");
  }
  if (char const* wrong = decode_path(raw_path, r.path)) return refuse(400, wrong);
  r.announces_body = !parser_->is_done();
  r.keep_alive = parser_->keep_alive();
  return Step::done;
}

RequestReader::Step RequestReader::read_body() {
  while (!parser_->is_done()) {
    if (end_ == head_end_) return Step::more;
    boost::system::error_code ec;
    auto const used =
        parser_->put(boost::asio::const_buffer{buffer_.data() + head_end_, end_ - head_end_}, ec);
    if (refusal_.status != 0) return Step::refused;
    if (ec == bh::error::body_limit) return refuse(413, "the body is too large");
    if (ec && ec != bh::error::need_more) return refuse(400, "the body's chunks are not valid");
    std::memmove(buffer_.data() + head_end_, buffer_.data() + head_end_ + used,
                 end_ - head_end_ - used);
    end_ -= used;
    body_raw_ += used;
    if (body_raw_ > 2 * limits_.body_bytes + body_slack)
      return refuse(413, "the body's chunks are too many");
    if (ec != bh::error::need_more) continue;
    if (end_ == buffer_.size()) return refuse(400, "a chunk's header is too long");
    return Step::more;
  }
  return Step::done;
}

void RequestReader::next() {
  if (end_ > head_end_) std::memmove(buffer_.data(), buffer_.data() + head_end_, end_ - head_end_);
  end_ -= head_end_;
  begin_ = line_ = scanned_ = head_end_ = body_raw_ = 0;
  empty_line_skipped_ = false;
  parser_.reset();
  request_.reset();
}

}  // namespace snapcron::http
