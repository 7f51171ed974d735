#pragma once
// A handle of libcurl, set as every transfer of ours wants it.

#include "core/time.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>

namespace snapcron {

/// A server whose headers are longer, all in all, is given up.
inline constexpr std::size_t most_headers = 64 * 1024;

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

struct EasySettings {
  std::string url;
  char const* protocols = "http,https";  // what `url` may begin with
  std::string username{}, password{};    // both empty: none
  long authentication = CURLAUTH_BASIC;
  bool verify_tls = true;
  char* message = nullptr;  // CURL_ERROR_SIZE bytes for curl's own words
};

/// No other protocols, TLS 1.2 at least, no proxy, no redirect, no user within the address, names
/// resolved by a thread that nobody waits for. What is set here is copied.
Easy make_easy(EasySettings const& settings);
/// The same for a handle that was used: all else that was set before is forgotten, but not its
/// connections.
void make_anew(CURL* easy, EasySettings const& settings);

/// As curl counts: never zero, which would mean "for ever".
long milliseconds(Duration duration);

Steady steady_now();

}  // namespace snapcron
