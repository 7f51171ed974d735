#pragma once
// The head of a request by Beast's parser (1.81), which forgives much that two readers of the same
// bytes may understand differently (two Hosts, "chunked, identity", a length twice, a name for
// HTTP/1.0's chunks); our rules sit in its callbacks.

#include "http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace snapcron::http {

class HeadParser final : private boost::beast::http::basic_parser<true> {
 public:
  HeadParser(Request& request, ReadLimits const& limits);

  /// `head`: from the request line to the empty line, both included, lines ending in CR LF, none
  /// folded. Fills the request but for what follows from its target. A status of 0 says that it is
  /// good.
  Refusal parse(std::string_view head);

 private:
  using view = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  void on_request_impl(boost::beast::http::verb, view, view, int, error_code&) override;
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, view, view, error_code&) override;
  void on_header_impl(error_code&) override {}
  // It is never given a body.
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  void refuse(unsigned status, std::string_view detail, error_code& ec);
  bool once(bool& seen, std::string_view detail, error_code& ec);
  void content_length(std::string_view value, error_code& ec);
  void other_field(view name, std::string_view value, error_code& ec);

  Request& request_;
  ReadLimits const& limits_;
  Refusal refusal_{0, {}};
  unsigned fields_ = 0;
  bool length_seen_ = false, encoding_seen_ = false, type_seen_ = false, site_seen_ = false,
       expectation_seen_ = false, cookie_seen_ = false;
};

}  // namespace snapcron::http
