// `snapcron montage`: the pictures of an event as a sheet, an animated picture or a clip.
#include "core/montage.hpp"

#include "app/commands.hpp"
#include "app/temporary_file.hpp"
#include "core/percent_encoding.hpp"
#include "core/zone.hpp"
#include "http/client.hpp"
#include "process/child.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace snapcron {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto longest_work = std::chrono::minutes{10};  // of ffmpeg

struct Found {
  std::string event;
  std::vector<MontagePicture> pictures;  // the newest first
};

/// A page of what the daemon has stored; nothing when its answer makes no sense.
std::optional<Found> read_page(std::string const& body) {
  boost::system::error_code bad;
  auto const page = json::parse(body, bad);
  auto const* object = bad ? nullptr : page.if_object();
  auto const* list = object ? object->if_contains("snapshots") : nullptr;
  if (!list || !list->is_array()) return std::nullopt;
  Found found;
  for (auto const& one : list->get_array()) {
    auto const* picture = one.if_object();
    auto const text = [&](char const* key) {
      auto const* value = picture ? picture->if_contains(key) : nullptr;
      return value && value->is_string() ? std::string{value->get_string()} : std::string{};
    };
    auto const captured = parse_rfc3339(text("captured"));
    if (text("path").empty() || !captured) return std::nullopt;
    if (found.event.empty()) found.event = text("event");
    found.pictures.push_back({text("path"), *captured});
  }
  return found;
}

Result<ChildResult> run_ffmpeg(std::vector<std::string> words) {
  asio::io_context loop{1};
  Result<ChildResult> result = ChildResult{};
  ChildSpec child;
  child.argv = std::move(words);
  child.timeout = longest_work;
  asio::co_spawn(loop, run_child(std::move(child)),
                 [&](std::exception_ptr, Result<ChildResult> ended) { result = std::move(ended); });
  loop.run();
  return result;
}

int make(std::string const& output, std::vector<MontagePicture> pictures) {
  std::ranges::reverse(pictures);
  TemporaryFile const list{montage_list(pictures)};
  if (list.path().empty())
    return complain("snapcron", "no temporary file can be made", exit_code::failed);
  auto words = montage_arguments(list.path().string(), output, pictures.size());
  if (!words) return complain("snapcron", words.error().text, exit_code::usage);
  auto const made = run_ffmpeg(std::move(*words));
  if (!made)
    return complain(
        "snapcron",
        made.error().text + (made.error().fault == Fault::not_found ? "; apt install ffmpeg" : ""),
        exit_code::failed);
  if (made->exit_code != 0)
    return complain(
        "snapcron",
        "ffmpeg made no " + output + ": " + made->errors.substr(0, made->errors.find('\n')),
        exit_code::failed);
  std::cout << output << ": " << pictures.size()
            << (pictures.size() == 1 ? " picture" : " pictures") << '\n';
  return exit_code::ok;
}

}  // namespace

int montage(std::filesystem::path const& socket, std::string event, std::string const& output) {
  if (auto const words = montage_arguments("", output, 1); !words)
    return complain("snapcron", words.error().text, exit_code::usage);
  for (;;) {
    auto const query =
        event.empty() ? std::string{"limit=1"} : "limit=1000&event=" + percent_encode(event);
    auto const reply =
        request_unix(socket, "GET", "/api/v1/snapshots?" + query, "", "", answer_within);
    if (auto const code = failure(reply)) return *code;
    auto found = read_page(reply->body);
    if (!found)
      return complain("snapcron", "what the daemon replied is no list of pictures",
                      exit_code::failed);
    if (found->pictures.empty())
      return complain("snapcron",
                      event.empty() ? "there is no picture yet"
                                    : "there is no picture of event '" + event +
                                          "'; snapcron log shows the events",
                      exit_code::failed);
    if (!event.empty()) return make(output, std::move(found->pictures));
    event = found->event;
  }
}

}  // namespace snapcron
