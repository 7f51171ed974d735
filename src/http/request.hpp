#pragma once
// One request as it came, and its strict reading. Beast's parser (1.81) forgives much that two
// readers of the same bytes may understand differently (folded lines, two Hosts, "chunked,
// identity", a length twice); everything that could be read in two ways is refused here, and the
// connection closed.

#include "http/chunks.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

enum class Method { get, head, post, other };

/// The views point into the reader's buffer and hold until RequestReader::next().
struct Request {
  Method method = Method::get;
  unsigned version = 11;  // 10 or 11
  std::string_view target;
  std::string
      path;  // decoded, begins with "/", UTF-8, no control characters, no "." or ".." segment
  std::string_view query;  // raw, without "?"
  std::string_view host, authorization, accept, content_type, origin, referer, sec_fetch_site;
  std::string_view user_agent, accept_language;
  std::string_view range, if_range, if_none_match, last_event_id, cookie, accept_encoding;
  bool prefetch = false;  // a browser that only guesses that the page will be wanted
  bool upgrades = false;  // Upgrade-Insecure-Requests: a browser that shows a page
  bool has_host = false, has_authorization = false, has_origin = false;
  bool keep_alive = false;
  bool expects_continue = false;
  bool announces_body = false;
  bool chunked = false;
  std::size_t content_length = 0;
  std::string body;

  /// "?peek", "?peek=1", "?a=b&peek".
  bool query_has(std::string_view key) const;
  void reset();
};

/// Why a request is turned away: the reply's status and a sentence for a person.
struct Refusal {
  unsigned status = 400;
  std::string_view detail;
};

struct ReadLimits {
  std::size_t header_bytes = 8192;
  unsigned header_fields = 64;
  std::size_t body_bytes = 65536;
};

/// Turns a stream of bytes into requests, in order. Usage: write into space(), tell wrote(), call
/// read_head() until it says done, then read_body() until it says done, use request(), next().
/// Bytes that follow (pipelining) stay for the next request. After `refused` the connection is of
/// no use any more.
class RequestReader {
 public:
  enum class Step { more, done, refused };

  explicit RequestReader(ReadLimits const& limits);

  /// Never empty where a read_*() said `more`.
  std::span<char> space();
  void wrote(std::size_t bytes) { end_ += bytes; }
  /// Something of a next request is there, beyond the empty line that some old clients send.
  bool has_bytes() const { return end_ > begin_; }

  Step read_head();
  Step read_body();

  /// Once the body is there: puts its parameters behind those of the query, so that who asks by a
  /// form is understood like who asks by the address. `done`, or `refused`: it is too long, or no
  /// text.
  Step take_form();

  Request const& request() const { return request_; }
  Refusal const& refusal() const { return refusal_; }
  /// Some of it has already come (nobody waits for "100 Continue" any more).
  bool body_has_begun() const { return end_ > head_end_; }
  void next();

 private:
  Step refuse(unsigned status, std::string_view detail);
  Step find_head();
  Step check_head();

  ReadLimits limits_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what has been read and not been dealt with
  std::size_t line_ = 0;             // start of the first line whose end has not come yet
  std::size_t scanned_ = 0;          // no line ends between line_ and here
  bool empty_line_skipped_ = false;
  std::size_t head_end_ = 0;  // 0: not found yet; the body's bytes wait from here on
  ChunkReader chunks_;
  Request request_;
  Refusal refusal_{0, {}};
};

}  // namespace snapcron::http
