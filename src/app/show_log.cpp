// `snapcron log`: the daemon's records, as lines for people or as JSON.
#include "app/commands.hpp"
#include "core/percent_encoding.hpp"
#include "facts/fact_text.hpp"
#include "http/client.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <thread>

namespace snapcron {
namespace {

constexpr auto longest_wait = std::chrono::seconds{25};  // of a request for news
constexpr auto pause = std::chrono::seconds{1};          // between looks for a daemon that is gone
constexpr unsigned page_size = 1000;

class Reader {
 public:
  Reader(std::filesystem::path const& socket, LogOptions const& options)
      : socket_{socket}, options_{options} {}

  /// Prints what stands in the log. The exit code when that failed.
  std::optional<int> print_log() {
    if (!options_.all) return print_page("limit=" + std::to_string(options_.count));
    for (std::int64_t before = -1; before != next_;) {
      before = next_;
      if (auto const code = print_page(from_here())) return code;
    }
    return std::nullopt;
  }

  /// Prints what comes; over restarts of the daemon.
  int follow() {
    for (bool gone = false;;) {
      auto const reply = ask(from_here() + "&wait=" + std::to_string(longest_wait.count()),
                             longest_wait + answer_within);
      if (!reply || reply->status == busy) {
        if (!std::exchange(gone, true))
          complain("snapcron", reply ? error_text(*reply) : reply.error().text + "; waiting for it",
                   0);
        std::this_thread::sleep_for(pause);
        continue;
      }
      if (std::exchange(gone, false)) complain("snapcron", "the daemon is there again", 0);
      if (auto const code = print(*reply)) return *code;
    }
  }

 private:
  static constexpr unsigned busy = 503;

  std::string from_here() const {
    return "after=" + std::to_string(next_) + "&limit=" + std::to_string(page_size);
  }

  Result<Reply> ask(std::string const& query, Duration timeout) const {
    auto const rule = options_.rule.empty() ? "" : "&rule=" + percent_encode(options_.rule);
    return request_unix(socket_, "GET", "/api/v1/log?" + query + rule, "", "", timeout);
  }

  std::optional<int> print_page(std::string const& query) {
    auto const reply = ask(query, answer_within);
    if (reply) return print(*reply);
    return complain(
        "snapcron", reply.error().text,
        reply.error().fault == Fault::not_found ? exit_code::no_daemon : exit_code::failed);
  }

  std::optional<int> print(Reply const& reply) {
    if (reply.status != 200) return complain("snapcron", error_text(reply), exit_code::failed);
    boost::system::error_code bad;
    auto const page = boost::json::parse(reply.body, bad);
    auto const* object = bad ? nullptr : page.if_object();
    auto const* records = object ? object->if_contains("records") : nullptr;
    auto const* next = object ? object->if_contains("next") : nullptr;
    if (!records || !records->is_array() || !next || !next->is_int64())
      return complain("snapcron", "what the daemon replied is no page of its log",
                      exit_code::failed);
    for (auto const& record : records->get_array())
      if (record.is_object()) print(record.get_object());
    std::cout.flush();
    next_ = next->get_int64();
    return std::nullopt;
  }

  void print(boost::json::object const& record) const {
    if (options_.json) {
      std::cout << boost::json::serialize(record) << '\n';
    } else if (auto const line = fact_text(record); !line.empty()) {
      std::cout << line << '\n';
    }
  }

  std::filesystem::path const& socket_;
  LogOptions const& options_;
  std::int64_t next_ = 0;
};

}  // namespace

int show_log(std::filesystem::path const& socket, LogOptions const& options) {
  Reader reader{socket, options};
  if (auto const code = reader.print_log()) return *code;
  return options.follow ? reader.follow() : exit_code::ok;
}

}  // namespace snapcron
