#include "upload/alert.hpp"

#include "core/quantity.hpp"
#include "curl/easy.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace snapcron {
namespace {

/// Longer than that nobody is waited for who keeps the connection open.
constexpr Duration longest_farewell = std::chrono::seconds{2};

std::string why_not_connected(CURL* easy, CURLcode code) {
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    return "the name server does not know this name, or cannot be reached";
  if (code == CURLE_COULDNT_CONNECT && os_error != 0)
    return std::strerror(static_cast<int>(os_error));
  return curl_easy_strerror(code);
}

/// Whether the socket became ready for `events` before `until`.
bool ready(curl_socket_t socket, short events, Steady until) {
  auto const left = until - steady_now();
  if (left <= Duration::zero()) return false;
  pollfd waited{socket, events, 0};
  return ::poll(&waited, 1, static_cast<int>(milliseconds(left))) > 0;
}

}  // namespace

Result<void> send_alert(std::string const& host, std::uint16_t port, std::string_view text,
                        Duration timeout) {
  auto const until = steady_now() + timeout;
  bool const v6 = host.find(':') != std::string::npos;
  auto const address = (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  auto const fail = [&](Fault fault, std::string const& why) {
    return Error{fault, "cannot send the text to " + address + ": " + why};
  };
  auto const easy = make_easy({.url = "http://" + address});
  curl_easy_setopt(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, milliseconds(timeout));
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, milliseconds(timeout));
  auto const connected = curl_easy_perform(easy.get());
  if (connected == CURLE_OPERATION_TIMEDOUT)
    return fail(Fault::timed_out, "no connection within " + to_text(timeout));
  if (connected != CURLE_OK) return fail(Fault::failed, why_not_connected(easy.get(), connected));
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket);
  while (!text.empty()) {
    std::size_t sent = 0;
    auto const code = curl_easy_send(easy.get(), text.data(), text.size(), &sent);
    text.remove_prefix(sent);
    if (code == CURLE_OK) continue;
    if (code != CURLE_AGAIN) return fail(Fault::failed, "the connection was lost");
    if (!ready(socket, POLLOUT, until))
      return fail(Fault::timed_out, "it does not take the text within " + to_text(timeout));
  }
  ::shutdown(socket, SHUT_WR);
  auto const farewell = std::min(until, steady_now() + longest_farewell);
  std::array<char, 1024> answer;
  while (ready(socket, POLLIN, farewell))
    if (::recv(socket, answer.data(), answer.size(), MSG_DONTWAIT) <= 0) break;
  return {};
}

}  // namespace snapcron
