#pragma once
// One request to a server of somebody else's: a phone's push service, a home automation, a web
// hook.

#include "core/error.hpp"
#include "core/time.hpp"
#include "curl/multi.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snapcron {

/// A field of a multipart/form-data body; with a file name it is a file.
struct FormField {
  std::string name;
  std::string value;
  std::string file_name{};
  std::string content_type{};
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::vector<FormField> form{};                // in place of the body
  std::string username{}, password{};           // Basic; both empty: none
  Duration timeout = std::chrono::seconds{30};  // the whole exchange
  bool verify_tls = true;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string content_type;
  std::string body;  // its first 64 KiB
  bool whole = true;
  Duration took{};
};

class HttpClient {
 public:
  static constexpr std::size_t most_of_body = 64 * 1024;

  /// `multi` must outlive the client and its requests.
  explicit HttpClient(Multi& multi) : multi_{multi} {}

  /// Any status is an answer. Redirects are not followed: they would carry secrets elsewhere. The
  /// error names the method, the scheme and the host, and nothing else of the request.
  boost::asio::awaitable<Result<HttpAnswer>> perform(HttpRequest request);

 private:
  Multi& multi_;
};

/// "PUT https://ntfy.sh": all of a request that may stand in a log. The path, the query and the
/// user of an address may be secrets.
std::string request_name(std::string_view method, std::string_view url);

}  // namespace snapcron
