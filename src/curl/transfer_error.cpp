#include "curl/transfer_error.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/multi.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

namespace snapcron {
namespace {

std::string_view status_name(long status) {
  switch (status) {
    case 204:
      return " No Content";
    case 301:
      return " Moved Permanently";
    case 302:
      return " Found";
    case 303:
      return " See Other";
    case 307:
      return " Temporary Redirect";
    case 308:
      return " Permanent Redirect";
    case 400:
      return " Bad Request";
    case 401:
      return " Unauthorized";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 429:
      return " Too Many Requests";
    case 500:
      return " Internal Server Error";
    case 502:
      return " Bad Gateway";
    case 503:
      return " Service Unavailable";
    case 504:
      return " Gateway Timeout";
    default:
      return "";
  }
}

Error by_status(TransferEnd const& end) {
  auto text =
      "the camera answered " + std::to_string(end.status) + std::string{status_name(end.status)};
  if (end.status == 401) {
    return {Fault::denied,
            text + (end.credentials ? "; it does not accept this username and password"
                                    : "; it wants a username and a password_file")};
  }
  if (end.status / 100 == 3 && end.redirect != nullptr)
    return {Fault::failed, text + " to " + snapcron::quoted(without_secrets(end.redirect)) +
                               "; redirects are not followed, give the final address as url"};
  auto const explanation = first_words(end.body, 100);
  if (!explanation.empty()) text += ": " + explanation;
  return {end.status == 403 ? Fault::denied : Fault::failed, text};
}

std::string bytes_so_far(TransferEnd const& end) {
  auto text = std::to_string(end.body.size());
  if (end.length >= 0) text += " of " + std::to_string(end.length);
  return text + " bytes";
}

Error timed_out(TransferEnd const& end, CameraSpec const& camera) {
  auto const connecting = to_text(std::min(camera.connect_timeout, camera.timeout));
  if (end.code == Multi::stalled)
    return {Fault::timed_out,
            end.answered ? "nothing more came for " + to_text(camera.stall_timeout) + ", after " +
                               bytes_so_far(end)
                         : "connected, but no answer within " + to_text(camera.stall_timeout)};
  if (!end.name_found)
    return {Fault::timed_out,
            "no name server answered within " + connecting + "; an address of digits needs none"};
  if (!end.connected)
    return {Fault::timed_out,
            "no connection within " + connecting + "; is the camera on and in reach?"};
  if (!end.answered)
    return {Fault::timed_out, "connected, but no answer within " + to_text(camera.timeout)};
  return {Fault::timed_out,
          "too slow: " + bytes_so_far(end) + " within " + to_text(camera.timeout)};
}

std::string curl_words(TransferEnd const& end) {
  if (*end.message != '\0') return printable(end.message);
  return curl_easy_strerror(static_cast<CURLcode>(end.code));
}

std::string connection_words(TransferEnd const& end) {
  if (end.os_error == ECONNREFUSED) return "connection refused; is the port right?";
  if (end.os_error == EHOSTUNREACH || end.os_error == ENETUNREACH)
    return std::string{end.os_error == EHOSTUNREACH ? "no route to the camera"
                                                    : "network is unreachable"} +
           "; is it on, and the network up?";
  return "cannot connect: " + curl_words(end);
}

}  // namespace

std::string first_words(std::string_view text, std::size_t most) {
  std::string result;
  bool tag = false;
  for (char const c : text) {
    if (c == '<') tag = true;
    bool const space = tag || static_cast<unsigned char>(c) <= ' ';
    if (c == '>') tag = false;
    if (space && (result.empty() || result.back() == ' ')) continue;
    result += space ? ' ' : c;
    if (result.size() >= most) break;
  }
  if (result.ends_with(' ')) result.pop_back();
  return printable(result);
}

TransferEnd transfer_end(void* easy, int code, bool connected) {
  TransferEnd end;
  end.code = code;
  end.connected = connected;
  curl_off_t name_found = 0;
  curl_off_t length = -1;
  long connections = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &name_found);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &end.status);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &end.os_error);
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &end.redirect);
  end.name_found = connected || name_found > 0;
  end.reused = connected && connections == 0;
  end.length = length;
  return end;
}

std::string without_secrets(std::string_view url) {
  std::string result;
  auto const scheme = url.find("://");
  auto const host = scheme == std::string_view::npos ? 0 : scheme + 3;
  result = url.substr(0, host);
  url.remove_prefix(host);
  auto const authority = url.substr(0, url.find_first_of("/?#"));
  if (auto const at = authority.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  auto const secret = url.find_first_of("?#");
  result += url.substr(0, secret);
  if (secret != std::string_view::npos) result += "?...";
  return printable(result);
}

Error transfer_error(TransferEnd const& end, CameraSpec const& camera) {
  auto const limit = std::to_string(camera.max_bytes) + " bytes";
  switch (end.problem) {
    case TransferProblem::too_big:
      return {Fault::failed, "the camera sends more than " + limit + " for one picture"};
    case TransferProblem::too_many_headers:
      return {Fault::failed, "the camera sends headers without end"};
    case TransferProblem::refusal:
      return by_status(end);
    case TransferProblem::none:
      break;
  }
  if (end.code == Multi::stalled) return timed_out(end, camera);
  switch (end.code) {
    case CURLE_OK:
      return by_status(end);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(end, camera);
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Fault::failed, "the name of the camera is not known to the name server"};
    case CURLE_COULDNT_CONNECT:
      return {Fault::failed, connection_words(end)};
    case CURLE_PARTIAL_FILE:
      return {Fault::bad_picture, "the picture is cut off: " + bytes_so_far(end) + " came"};
    case CURLE_GOT_NOTHING:
      return {Fault::failed, "the camera closed the connection without an answer"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {Fault::denied, "the camera's certificate is not trusted (" + curl_words(end) +
                                 "); add its authority with update-ca-certificates"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Fault::invalid, "not an http or https answer or address (" + curl_words(end) + ")"};
    default:
      return {Fault::failed, curl_words(end)};
  }
}

}  // namespace snapcron
