#include "upload/address.hpp"

#include "core/ascii.hpp"

#include <curl/curl.h>

#include <memory>

namespace snapcron::upload {

std::string encoded_path(std::string_view path) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string result;
  for (char const c : path) {
    if (is_alphanumeric(c) || std::string_view{"-._~/"}.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    result += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return result;
}

std::string below(std::string_view url, std::string_view path) {
  auto const query = url.find_first_of("?#");
  auto head = url.substr(0, query);
  while (head.ends_with('/')) head.remove_suffix(1);
  std::string result{head};
  result += '/';
  result += encoded_path(path);
  if (query != std::string_view::npos) result += url.substr(query);
  return result;
}

std::string path_of(std::string const& url) {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> const parsed{curl_url(), &curl_url_cleanup};
  char* path = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_PATH, &path, CURLU_URLDECODE) != CURLUE_OK)
    return {};
  std::unique_ptr<char, decltype(&curl_free)> const owner{path, &curl_free};
  std::string result{path};
  while (result.ends_with('/')) result.pop_back();
  return result;
}

std::string_view folder_of(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view leaf_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is the beginning
}

std::string beside(std::string_view path, std::string_view leaf) {
  std::string result{path.substr(0, path.size() - leaf_of(path).size())};
  result += leaf;
  return result;
}

}  // namespace snapcron::upload
