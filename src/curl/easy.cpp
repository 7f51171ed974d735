#include "curl/easy.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <new>

namespace snapcron {
namespace {

constexpr char const* certificates = "/etc/ssl/certs";

void set_security(CURL* easy, bool verify) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  // The folder, not the bundle: a certificate is looked up when it is needed, instead of all
  // being read on the loop and kept in memory.
  std::error_code ignored;
  if (!std::filesystem::is_directory(certificates, ignored)) return;
  curl_easy_setopt(easy, CURLOPT_CAINFO, static_cast<char const*>(nullptr));
  curl_easy_setopt(easy, CURLOPT_CAPATH, certificates);
}

}  // namespace

Easy make_easy(EasySettings const& settings) {
  Easy handle{curl_easy_init(), &curl_easy_cleanup};
  if (!handle) throw std::bad_alloc{};
  make_anew(handle.get(), settings);
  return handle;
}

void make_anew(CURL* easy, EasySettings const& settings) {
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, settings.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, settings.protocols);
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not even the environment's
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "snapcron/" SNAPCRON_VERSION);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                   1L);  // never join the thread that waits for a dead name server
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, settings.message);
  set_security(easy, settings.verify_tls);
  if (settings.username.empty() && settings.password.empty()) return;
  curl_easy_setopt(easy, CURLOPT_USERNAME, settings.username.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, settings.password.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPAUTH, settings.authentication);
}

long milliseconds(Duration duration) {
  return std::max(
      1L, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(duration).count()));
}

Steady steady_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

}  // namespace snapcron
