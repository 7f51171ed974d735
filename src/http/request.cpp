#include "http/request.hpp"

#include "http/head_parser.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace snapcron::http {
namespace {

// Behind a header of any length there is room for this much of a body at a time.
constexpr std::size_t body_space = 4096;

/// Of an address as a target, "http://HOST/PATH": what a server is asked by a client that takes it
/// for a proxy. HOST is in place of the Host field; what follows it is left, or nullopt where the
/// target is a path.
std::optional<std::string_view> take_authority(Request& request) {
  auto const target = request.target;
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    auto const authority = target.substr(scheme.size());
    auto const end = std::min(authority.find_first_of("/?"), authority.size());
    request.host = authority.substr(0, end);
    request.has_host = true;
    return authority.substr(end);
  }
  return std::nullopt;
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

RequestReader::RequestReader(ReadLimits const& limits)
    : limits_{limits}, buffer_(limits.header_bytes + body_space), chunks_{limits.body_bytes} {}

std::span<char> RequestReader::space() {
  return {buffer_.data() + end_, buffer_.size() - end_};
}

RequestReader::Step RequestReader::refuse(unsigned status, std::string_view detail) {
  refusal_ = {status, detail};
  return Step::refused;
}

RequestReader::Step RequestReader::read_head() {
  auto const step = find_head();
  return step == Step::done ? check_head() : step;
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

RequestReader::Step RequestReader::check_head() {
  auto& r = request_;
  HeadParser parser{request_, limits_};
  auto const verdict = parser.parse({buffer_.data() + begin_, head_end_ - begin_});
  if (verdict.status != 0) return refuse(verdict.status, verdict.detail);
  if (r.version >= 11 && !r.has_host) return refuse(400, "an HTTP/1.1 request needs a Host");
  if (r.has_host && !valid_host(r.host))
    return refuse(400, "the Host is not a valid name or address");
  if (r.version < 11) r.expects_continue = false;
  auto const rest = take_authority(r);
  if (rest && !valid_host(r.host))
    return refuse(400, "the target's host is not a valid name or address");
  if (rest) r.target = rest->empty() ? "/" : *rest;
  auto const question = r.target.find('?');
  auto const raw_path = rest && question == 0 ? "/" : r.target.substr(0, question);
  if (question != std::string_view::npos) {
    r.query = r.target.substr(question + 1);
    if (!valid_query(r.query))
      return refuse(400, "the request's target must be printable ASCII without # and \\");
  }
  if (char const* wrong = decode_path(raw_path, r.path)) return refuse(400, wrong);
  return Step::done;
}

RequestReader::Step RequestReader::read_body() {
  if (!request_.announces_body) return Step::done;
  std::string_view rest{buffer_.data() + head_end_, end_ - head_end_};
  auto state = ChunkReader::State::more;
  if (request_.chunked) {
    state = chunks_.read(rest, request_.body);
  } else {
    auto const part = rest.substr(0, request_.content_length - request_.body.size());
    request_.body += part;
    rest.remove_prefix(part.size());
    if (request_.body.size() == request_.content_length) state = ChunkReader::State::done;
  }
  std::memmove(buffer_.data() + head_end_, rest.data(), rest.size());
  end_ = head_end_ + rest.size();
  switch (state) {
    case ChunkReader::State::more:
      return Step::more;
    case ChunkReader::State::done:
      return Step::done;
    case ChunkReader::State::too_large:
      return refuse(413, "the body is too large");
    case ChunkReader::State::malformed:
      break;
  }
  return refuse(400, "the body's chunks are not valid");
}

RequestReader::Step RequestReader::take_form() {
  auto& r = request_;
  if (r.body.size() > limits_.header_bytes) return refuse(413, "the form is too large");
  if (!valid_query(r.body))
    return refuse(400, "a form must be printable ASCII, percent-encoded, without #");
  r.body.insert(0, std::string{r.query} + '&');
  r.query = r.body;
  return Step::done;
}

void RequestReader::next() {
  if (end_ > head_end_) std::memmove(buffer_.data(), buffer_.data() + head_end_, end_ - head_end_);
  end_ -= head_end_;
  begin_ = line_ = scanned_ = head_end_ = 0;
  empty_line_skipped_ = false;
  chunks_ = ChunkReader{limits_.body_bytes};
  request_.reset();
}

}  // namespace snapcron::http
