// The commands that ask the running daemon.
#include "app/commands.hpp"
#include "core/percent_encoding.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "http/client.hpp"
#include "http/status_table.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace snapcron {
namespace {

int post(std::filesystem::path const& socket, std::string target, boost::json::object const& body,
         Duration timeout) {
  auto const reply =
      request_unix(socket, "POST", std::move(target), boost::json::serialize(body), "", timeout);
  return failure(reply).value_or(exit_code::ok);
}

}  // namespace

std::optional<int> failure(Result<Reply> const& reply) {
  if (!reply)
    return complain(
        "snapcron", reply.error().text,
        reply.error().fault == Fault::not_found ? exit_code::no_daemon : exit_code::failed);
  if (reply->status >= 300) return complain("snapcron", error_text(*reply), exit_code::failed);
  return std::nullopt;
}

int complain(std::string_view program, std::string_view text, int code) {
  std::cerr << program << ": " << text << '\n';
  return code;
}

int show_status(std::filesystem::path const& socket, bool json) {
  auto const reply = request_unix(socket, "GET", "/api/v1/status", "", "", answer_within);
  if (auto const code = failure(reply)) return *code;
  if (json) {
    std::cout << reply->body << (reply->body.ends_with('\n') ? "" : "\n");
    return exit_code::ok;
  }
  boost::system::error_code bad;
  auto const status = boost::json::parse(reply->body, bad);
  if (bad)
    return complain("snapcron", "the daemon's status is not JSON: " + bad.message(),
                    exit_code::failed);
  std::cout << status_table(status, ::isatty(STDOUT_FILENO) == 1);
  return exit_code::ok;
}

int drive_input(std::filesystem::path const& socket, std::string const& input,
                std::string const& what, std::string const& duration) {
  if (what != "pulse" && !duration.empty())
    return complain("snapcron", "only a pulse takes a duration", exit_code::usage);
  auto const length = parse_duration(duration.empty() ? "500ms" : duration);
  if (!length) return complain("snapcron", length.error().text, exit_code::usage);
  boost::json::object body;
  if (what == "pulse") {
    body["pulse"] = to_text(*length);
  } else {
    body["level"] = what;
  }
  return post(socket, "/api/v1/inputs/" + percent_encode(input), body, answer_within + *length);
}

int switch_relay(std::filesystem::path const& socket, std::string const& relay,
                 std::string const& what, std::string const& duration) {
  if (what != "pulse" && !duration.empty())
    return complain("snapcron", "only a pulse takes a duration", exit_code::usage);
  boost::json::object body{{"action", what}};
  if (!duration.empty()) {
    if (auto const length = parse_duration(duration); !length)
      return complain("snapcron", length.error().text, exit_code::usage);
    body["duration"] = duration;
  }
  return post(socket, "/api/v1/relays/" + percent_encode(relay), body, answer_within);
}

int trigger_rule(std::filesystem::path const& socket, std::string const& rule) {
  auto const reply = request_unix(
      socket, "POST", "/api/v1/rules/" + percent_encode(rule) + "/trigger", "", "", answer_within);
  if (reply && reply->status == 409) {
    boost::system::error_code bad;
    auto const said = boost::json::parse(reply->body, bad);
    if (!bad && said.is_object() && said.as_object().contains("reason")) {
      auto const word = [&](char const* key) {
        auto const* value = said.as_object().if_contains(key);
        return value && value->is_string() ? std::string{value->as_string()} : std::string{};
      };
      auto const detail = word("detail");
      return complain("snapcron",
                      "skipped: " + word("reason") + (detail.empty() ? "" : ": " + detail),
                      exit_code::failed);
    }
  }
  return failure(reply).value_or(exit_code::ok);
}

int reload_daemon(std::filesystem::path const& socket) {
  auto const reply =
      request_unix(socket, "POST", "/api/v1/reload", "", "", std::chrono::seconds{60});
  if (!reply || reply->status == 422 || reply->status < 300) {
    if (!reply) return *failure(reply);
    bool const refused = reply->status >= 300;
    auto const text = refused ? error_text(*reply) : reply->body;
    (refused ? std::cerr : std::cout) << text << (text.ends_with('\n') ? "" : "\n");
    if (refused) std::cerr << "snapcron: reload refused, the old configuration keeps running\n";
    return refused ? exit_code::failed : exit_code::ok;
  }
  return *failure(reply);
}

}  // namespace snapcron
