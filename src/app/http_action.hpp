#pragma once
// Performs the rule action `http`: its texts filled in, the request made, the answer judged.

#include "core/http_action.hpp"
#include "curl/http_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <map>
#include <string>

namespace snapcron {

struct HttpOutcome {
  std::string text;                          // "200 in 83ms"
  std::map<std::string, std::string> reply;  // what {reply:PATH} stands for from now on
};

/// An answer of 2xx is a success; any other is an error that says the status and the first line of
/// the answer. Neither text holds the secret or the password. The picture, where one is wanted, is
/// values.picture, read on `workers`. `client`, `workers` and `action` must outlive the call.
boost::asio::awaitable<Result<HttpOutcome>> perform_http(HttpClient& client,
                                                         boost::asio::thread_pool& workers,
                                                         HttpAction const& action,
                                                         TemplateValues values);

}  // namespace snapcron
