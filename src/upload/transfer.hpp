#pragma once
// One kept connection to a destination, and the transfers on it.

#include "core/destination.hpp"
#include "curl/easy.hpp"
#include "upload/ending.hpp"
#include "upload/local_file.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace snapcron::upload {

/// A list of curl's.
class Lines {
 public:
  Lines() = default;
  Lines(std::initializer_list<std::string> lines) {
    for (auto const& line : lines) append(line);
  }
  void append(std::string const& line);
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list_{nullptr, &curl_slist_free_all};
};

/// What lies there is shorter or longer than what was sent.
Outcome cut_there(std::uint64_t kept, LocalFile const& file);

/// `part` of a form or a mail becomes the picture.
void attach(curl_mimepart* part, LocalFile& file, std::string_view name);

class Connection {
 public:
  /// `protocols` as EasySettings has them. `spec` must outlive the connection.
  Connection(DestinationSpec const& spec, char const* protocols)
      : spec_(spec), protocols_(protocols) {}

  /// Another upload: all its transfers together end within the destination's time-out.
  void begin_upload() { deadline_ = steady_now() + spec_.timeout; }

  DestinationSpec const& spec() const { return spec_; }

 private:
  friend class Transfer;

  void open(EasySettings const& settings);
  void close();
  CURLcode perform();

  DestinationSpec const& spec_;
  char const* protocols_;
  Steady deadline_{};
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_{nullptr, &curl_multi_cleanup};
  Easy easy_{nullptr, &curl_easy_cleanup};
};

/// What is set holds for this transfer only. One at a time on a connection.
class Transfer {
 public:
  Transfer(Connection& connection, std::string const& url);
  Transfer(Transfer const&) = delete;
  Transfer& operator=(Transfer const&) = delete;
  ~Transfer();

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy(), option, value);
  }
  CURL* easy() const { return connection_.easy_.get(); }

  /// The file is what is sent, from its beginning.
  void send(LocalFile& file);

  /// Is shown each line the server answers; false ends the transfer at once, before anything more
  /// is sent.
  void watch(std::function<bool(std::string_view)> on_line) { on_line_ = std::move(on_line); }

  /// Performed a second time when it turns out that the server had closed the kept connection.
  Ending perform();

 private:
  CURLcode attempt();
  Ending look(CURLcode code) const;
  static std::size_t on_header(char* line, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char const* data, std::size_t, std::size_t size, void* self);

  Connection& connection_;
  std::function<bool(std::string_view)> on_line_{};
  std::string refusal_{};
  std::string body_{};
  std::size_t answered_ = 0;  // in headers
  std::size_t came_ = 0;      // of the body
  LocalFile* file_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> message_{};
};

}  // namespace snapcron::upload
