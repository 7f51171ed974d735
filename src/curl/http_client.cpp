#include "curl/http_client.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/easy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace snapcron {
namespace {

namespace asio = boost::asio;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

constexpr char const* no_address =
    "not an address that begins with http:// or https:// and names a host";

/// What makes the request no request; empty when it is one.
std::string fault_of(HttpRequest const& request) {
  if (!is_http_token(request.method)) return "the method is not a word of letters";
  if (has_control(request.url)) return "the address has a control character";
  if (request.url.find("://") == std::string::npos) return no_address;  // curl would guess a scheme
  for (auto const& [name, value] : request.headers) {
    if (!is_http_token(name))
      return "a header has a name that is not allowed: " + snapcron::quoted(name);
    if (has_control(value))
      return "the value of header " + snapcron::quoted(name) + " has a line end";
  }
  return {};
}

bool is_named(std::string_view name, std::string_view lower_case) {
  return std::ranges::equal(name, lower_case, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// One exchange: what curl is given, and what comes back.
class Exchange {
 public:
  explicit Exchange(HttpRequest request)
      : request_{std::move(request)},
        easy_{make_easy({.url = request_.url,
                         .username = request_.username,
                         .password = request_.password,
                         .verify_tls = request_.verify_tls,
                         .message = message_.data()})} {
    set_method_and_body();
    set_headers();
    set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.timeout));
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_PREREQFUNCTION, &Exchange::on_connected);
    set(CURLOPT_PREREQDATA, this);
  }
  Exchange(Exchange const&) = delete;
  Exchange& operator=(Exchange const&) = delete;

  CURL* handle() const { return easy_.get(); }
  Duration timeout() const { return request_.timeout; }

  Result<HttpAnswer> end(int code) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if ((code != CURLE_OK && answer_.whole) || headers_ > most_headers || status < 200)
      return explain(code);
    answer_.status = static_cast<unsigned>(status);
    char const* type = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) answer_.content_type = type;
    return std::move(answer_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  void set_method_and_body() {
    auto const& method = request_.method;
    if (!request_.form.empty()) {
      add_form();
    } else if (!request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, request_.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    } else if (method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    }
    set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }

  void add_form() {
    mime_.reset(curl_mime_init(easy_.get()));
    for (auto const& field : request_.form) {
      auto* const part = curl_mime_addpart(mime_.get());
      curl_mime_name(part, field.name.c_str());
      curl_mime_data(part, field.value.data(), field.value.size());
      if (!field.file_name.empty()) curl_mime_filename(part, field.file_name.c_str());
      if (!field.content_type.empty()) curl_mime_type(part, field.content_type.c_str());
    }
    set(CURLOPT_MIMEPOST, mime_.get());
  }

  void set_headers() {
    bool typed = false;
    for (auto const& [name, value] : request_.headers) {
      typed |= is_named(name, "content-type");
      append(value.empty() ? name + ";" : name + ": " + value);
    }
    append("Expect:");  // no second spent on asking whether a body is welcome
    // What we do not know we do not say: curl would call it a form of a web page.
    if (!typed && request_.form.empty()) append("Content-Type:");
    set(CURLOPT_HTTPHEADER, list_.get());
  }

  void append(std::string const& line) {
    auto* const longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    (void)list_.release();
    list_.reset(longer);
  }

  Error explain(int code) const {
    auto const what = request_name(request_.method, request_.url) + ": ";
    auto const seconds = to_text(request_.timeout);
    long os_error = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_error);
    if (headers_ > most_headers)
      return {Fault::failed, what + "the server sends headers without end"};
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        if (headers_ > 0) return {Fault::timed_out, what + "no whole answer within " + seconds};
        return {Fault::timed_out,
                what + (connected_ ? "connected, but no answer within " + seconds
                                   : "no connection within " + seconds + "; is the network up?")};
      case CURLE_COULDNT_RESOLVE_HOST:
        return {Fault::failed,
                what + "the name server does not know this name, or cannot be reached"};
      case CURLE_COULDNT_CONNECT:
        return {Fault::failed,
                what + (os_error != 0 ? "cannot connect: " + words(static_cast<int>(os_error))
                                      : std::string{"cannot connect"})};
      case CURLE_GOT_NOTHING:
        return {Fault::failed, what + "the server closed the connection without an answer"};
      case CURLE_PARTIAL_FILE:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
        return {Fault::failed, what + "the connection was lost"};
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
        return {Fault::denied, what + "the server's certificate is not trusted (" +
                                   printable(message_.data()) +
                                   "); add its authority with update-ca-certificates"};
      case CURLE_SSL_CONNECT_ERROR:
        return {Fault::failed, what + "no TLS connection (" + printable(message_.data()) + ")"};
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_LOGIN_DENIED:
        return {Fault::invalid, what + no_address};
      default:
        // Its longer words may repeat a part of the request.
        return {Fault::failed, what + curl_easy_strerror(static_cast<CURLcode>(code))};
    }
  }

  static std::string words(int error) {
    if (error == ECONNREFUSED) return "connection refused";
    if (error == EHOSTUNREACH) return "no route to the host";
    if (error == ENETUNREACH) return "network is unreachable";
    return std::strerror(error);
  }

  static int on_connected(void* self, char*, char*, int, int) {
    static_cast<Exchange*>(self)->connected_ = true;
    return CURL_PREREQFUNC_OK;
  }

  static std::size_t on_header(char*, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.headers_ += size;
    return exchange.headers_ <= most_headers ? size : 0;
  }

  static std::size_t on_body(char const* data, std::size_t, std::size_t size, void* self) {
    auto& answer = static_cast<Exchange*>(self)->answer_;
    auto const room = HttpClient::most_of_body - answer.body.size();
    answer.body.append(data, std::min(size, room));
    answer.whole = size <= room;
    return answer.whole ? size : 0;  // the rest would be thrown away: the transfer ends here
  }

  HttpRequest request_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::unique_ptr<curl_mime, decltype(&curl_mime_free)> mime_{nullptr, &curl_mime_free};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list_{nullptr, &curl_slist_free_all};
  Easy easy_;
  HttpAnswer answer_;
  std::size_t headers_ = 0;
  bool connected_ = false;
};

}  // namespace

asio::awaitable<Result<HttpAnswer>> HttpClient::perform(HttpRequest request) {
  if (auto const fault = fault_of(request); !fault.empty())
    co_return Error{Fault::invalid, request_name(request.method, request.url) + ": " + fault};
  auto const began = steady_now();
  auto const exchange = std::make_unique<Exchange>(std::move(request));
  Multi::Stall never{.limit = exchange->timeout(), .last_moved = {}};
  int const code = co_await multi_.perform(exchange->handle(), never);
  auto answer = exchange->end(code);
  if (answer) answer->took = steady_now() - began;
  co_return answer;
}

std::string request_name(std::string_view method, std::string_view url) {
  auto const scheme = url.find("://");
  std::string name{method};
  if (scheme == std::string_view::npos) return printable(name + " of no address");
  auto host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  if (auto const at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return printable(name + " " + std::string{url.substr(0, scheme + 3)} + std::string{host});
}

}  // namespace snapcron
