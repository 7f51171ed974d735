#include "app/http_action.hpp"

#include "app/json_paths.hpp"
#include "async/offload.hpp"
#include "core/percent_encoding.hpp"
#include "core/quantity.hpp"
#include "curl/transfer_error.hpp"
#include "http/client.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr std::uintmax_t largest_picture = 64'000'000;
constexpr std::size_t longest_explanation = 200;

std::string json_string(std::string const& text) {
  return boost::json::serialize(boost::json::string{text});
}

/// What must not stand in any text, in each of the spellings in which it may have gone out.
class Secrets {
 public:
  explicit Secrets(HttpAction const& action) {
    for (auto const& secret : {action.secret, action.password}) {
      if (secret.empty()) continue;
      auto const quoted = json_string(secret);
      for (auto const& spelling :
           {secret, percent_encode(secret), quoted.substr(1, quoted.size() - 2)})
        spellings_.push_back(spelling);
    }
    // The longest first: a spelling may be a part of another.
    std::ranges::sort(spellings_, std::ranges::greater{}, &std::string::size);
  }
  std::string hide(std::string text) const {
    for (auto const& spelling : spellings_)
      for (std::size_t at = 0; (at = text.find(spelling, at)) != std::string::npos; at += 3)
        text.replace(at, spelling.size(), "***");
    return text;
  }

 private:
  std::vector<std::string> spellings_;
};

bool has_content_type(HttpRequest const& request) {
  constexpr std::string_view name = "content-type";
  return std::ranges::any_of(request.headers, [&](auto const& header) {
    return std::ranges::equal(header.first, name, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

HttpRequest request_of(HttpAction const& action, TemplateValues const& values) {
  HttpRequest request;
  request.method = action.method;
  request.url = action.url.expand_url(values);
  request.username = action.username;
  request.password = action.password;
  request.timeout = action.timeout;
  request.verify_tls = action.verify_tls;
  for (auto const& [name, text] : action.headers)
    request.headers.emplace_back(name, text.expand(values));
  for (auto const& part : action.body) {
    auto text = part.text.expand(values);
    request.body += part.json_string ? json_string(text) : text;
  }
  for (auto const& [name, text] : action.form)
    request.form.push_back({.name = name, .value = text.expand(values)});
  if (action.picture_is_body && !has_content_type(request))
    request.headers.emplace_back("Content-Type", "image/jpeg");
  return request;
}

Result<std::string> read_picture(std::filesystem::path const& path) {
  auto const cannot = [&](char const* why) {
    return Error{Fault::failed, "cannot read " + path.string() + ": " + why};
  };
  std::error_code bad;
  auto const size = std::filesystem::file_size(path, bad);
  if (!bad && size > largest_picture) return cannot("it is larger than 64 MB");
  std::ifstream file{path, std::ios::binary};
  if (bad || !file) return cannot(std::strerror(bad ? bad.value() : errno));
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) return cannot("it ends too early");
  return bytes;
}

void attach(HttpRequest& request, HttpAction const& action, std::string picture,
            std::string const& path) {
  if (action.picture_is_body) {
    request.body = std::move(picture);
    return;
  }
  request.form.push_back({.name = action.picture_field,
                          .value = std::move(picture),
                          .file_name = std::filesystem::path{path}.filename().string(),
                          .content_type = "image/jpeg"});
}

std::string explain(HttpAnswer const& answer) {
  auto const text = std::to_string(answer.status);
  if (answer.status / 100 == 3)
    return text + ": redirects are not followed, give the final address";
  auto const words = first_words(answer.body, longest_explanation);
  return words.empty() ? text : text + ": " + words;
}

}  // namespace

asio::awaitable<Result<HttpOutcome>> perform_http(HttpClient& client, asio::thread_pool& workers,
                                                  HttpAction const& action, TemplateValues values) {
  values.secret = action.secret;
  Secrets const secrets{action};
  auto request = request_of(action, values);
  auto const name = request_name(request.method, request.url);
  auto const failed = [&](Fault fault, std::string const& why) {
    return Error{fault, secrets.hide(name + ": " + why)};
  };
  if (action.wants_picture()) {
    if (values.picture.empty())
      co_return failed(Fault::invalid,
                       "there is no picture in this run yet: put a snapshot before it");
    // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
    auto const read = [path = std::filesystem::path{values.picture}] { return read_picture(path); };
    auto picture = co_await offload(workers, read);
    if (!picture) co_return failed(picture.error().fault, picture.error().text);
    attach(request, action, std::move(*picture), values.picture);
  }
  auto answer = co_await client.perform(std::move(request));
  if (!answer) co_return Error{answer.error().fault, secrets.hide(answer.error().text)};
  if (answer->status / 100 != 2)
    co_return failed(answer->status == 401 || answer->status == 403 ? Fault::denied : Fault::failed,
                     explain(*answer));
  HttpOutcome outcome;
  outcome.text = std::to_string(answer->status) + " in " +
                 to_text(std::chrono::ceil<std::chrono::milliseconds>(answer->took));
  outcome.reply = values_by_path(answer->body);
  co_return outcome;
}

}  // namespace snapcron
