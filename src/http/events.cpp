// GET /api/v1/events: what happens, as Server-Sent Events. States (of an input, a camera, ...) are
// told as they are when the client takes them: one who is slow misses steps in between, never the
// last one. Records and pictures are told one by one, from what is stored.

#include "http/api.hpp"
#include "http/counted.hpp"
#include "http/json_text.hpp"
#include "http/log_page.hpp"
#include "http/picture_page.hpp"
#include "http/query.hpp"
#include "http/status_json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace snapcron::http {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

constexpr unsigned most_listening = 32;
constexpr Duration idle = std::chrono::seconds{15};  // then a comment
/// From one message to the next, at least: a contact that chatters costs no more than that.
constexpr Duration pace = std::chrono::milliseconds{25};
constexpr unsigned at_once = 100;  // records, pictures
constexpr char const* retry = "retry: 2000\n\n";

/// Only what is written already: who listens makes no more writes.
constexpr Duration no_time = Duration{1};

void append(std::string& out, std::string_view event, json::value const& data,
            std::optional<std::int64_t> id = {}) {
  out.append("event: ").append(event).append("\n");
  if (id) out.append("id: ").append(std::to_string(*id)).append("\n");
  out.append("data: ");
  append_json(out, data);
  out.append("\n\n");
}

template <class All, class Wanted, class Key>
void append_each(std::string& out, std::string_view event, All const& all, Wanted const& wanted,
                 Key key, Zone const& zone) {
  for (auto const& one : all)
    if (wanted.contains(one.*key)) append(out, event, status_json(one, zone));
}

/// The last record that the client has, or nothing when it wants what comes.
Result<std::optional<std::int64_t>> last_seen(Request const& request) {
  std::optional<std::int64_t> seen;
  auto const parameters = parse_query(request.query);
  if (!parameters) return parameters.error();
  for (auto const& [key, value] : *parameters) {
    if (key != "after") return unknown_parameter(key, "after");
    auto const number = query_number(key, value, 0, INT64_MAX);
    if (!number) return number.error();
    seen = *number;
  }
  // A browser that connects again still asks for the address it was given.
  if (!request.last_event_id.empty()) {
    auto const number =
        query_number("Last-Event-ID", std::string{request.last_event_id}, 0, INT64_MAX);
    if (!number) return number.error();
    seen = *number;
  }
  return seen;
}

/// How far a client is.
class Reader {
 public:
  using Ask = std::function<Status()>;
  Reader(Controls& controls, Ask status)
      : controls_{controls}, status_{std::move(status)}, moment_{controls.change_moment()} {}

  awaitable<Result<void>> begin(std::optional<std::int64_t> seen) {
    auto const log = co_await controls_.log({.limit = 1}, Duration{});
    if (!log) co_return log.error();
    record_ = seen ? *seen : log->next;
    records_ = seen.has_value();
    auto const pictures = co_await controls_.pictures({.limit = 1});
    if (!pictures) co_return pictures.error();
    if (!pictures->empty()) picture_ = pictures->front().id;
    co_return Result<void>{};
  }

  bool has_news() const {
    return records_ || pictures_ || controls_.changes_after(moment_).next != moment_;
  }

  /// All that is new, as far as it fits into one message; empty when nothing is.
  awaitable<std::string> news() {
    std::string out;
    auto const changes = controls_.changes_after(moment_);
    moment_ = changes.next;
    records_ = records_ || changes.records;
    pictures_ = pictures_ || changes.pictures;
    append_states(out, changes);
    if (std::exchange(pictures_, false)) co_await append_pictures(out);
    if (std::exchange(records_, false)) co_await append_records(out);
    co_return out;
  }

 private:
  void append_states(std::string& out, Changes const& changes) const;
  awaitable<void> append_records(std::string& out);
  awaitable<void> append_pictures(std::string& out);

  Controls& controls_;
  Ask status_;  // as it is shown to this client
  std::uint64_t moment_;
  std::int64_t record_ = 0, picture_ = 0;    // the newest that was told
  bool records_ = false, pictures_ = false;  // there are more
};

void Reader::append_states(std::string& out, Changes const& changes) const {
  auto const zone = controls_.zone();
  if (changes.config) {
    auto const status = status_();
    append(out, "config",
           json::object{{"ok", status.config_error.empty()},
                        {"error", status.config_error.empty() ? json::value{}
                                                              : json::value(status.config_error)},
                        {"rules", status.rules.size()}});
    append(out, "status", status_json(status));
  }
  if (!changes.inputs.empty())
    append_each(out, "input", controls_.inputs(), changes.inputs, &InputStatus::number, zone);
  if (!changes.relays.empty())
    append_each(out, "relay", controls_.relays(), changes.relays, &RelayStatus::number, zone);
  if (!changes.cameras.empty())
    append_each(out, "camera", controls_.cameras(), changes.cameras, &CameraStatus::name, zone);
  if (!changes.rules.empty())
    append_each(out, "rule", controls_.rules(), changes.rules, &RuleStatus::name, zone);
  if (!changes.destinations.empty())
    append_each(out, "delivery", controls_.destinations(), changes.destinations,
                &DestinationStatus::name, zone);
}

awaitable<void> Reader::append_records(std::string& out) {
  auto const page =
      co_await controls_.log({.after = record_, .newest = false, .limit = at_once}, no_time);
  if (!page) co_return;  // the disk: they come with the next that can be read
  for (auto const& record : page->records) append(out, "record", record_json(record), record.id);
  if (!page->records.empty()) record_ = page->records.back().id;
  records_ = records_ || page->records.size() >= at_once;
}

awaitable<void> Reader::append_pictures(std::string& out) {
  auto const found =
      co_await controls_.pictures({.after = picture_, .limit = at_once, .newest = false});
  if (!found) co_return;
  for (auto const& picture : *found)
    append(out, "snapshot", picture_json(picture, controls_.zone()));
  if (!found->empty()) picture_ = found->back().id;
  pictures_ = pictures_ || found->size() >= at_once;
}

}  // namespace

awaitable<void> Api::events(Call const& call, Response& response, Stream& stream) {
  auto const seen = last_seen(call.request);
  if (!seen) co_return fail(response, seen.error());
  if (listening_ >= most_listening) {
    make_problem(response, 503, "too many listen to events already: try again later");
    response.fields = "Retry-After: 10\r\n";
    co_return;
  }
  Counted const listening{listening_};
  auto const executor = co_await asio::this_coro::executor;
  asio::steady_timer quiet{executor}, pause{executor};
  auto const follow = controls_.follow_changes([&quiet] { quiet.cancel(); });
  auto const status = [this, &call] { return status_for(call.visitor); };
  Reader reader{controls_, status};
  std::string text = retry;
  append(text, "status", status_json(status()));
  if (auto const begun = co_await reader.begin(*seen); !begun)
    co_return fail(response, begun.error());

  response.content_type = "text/event-stream";
  response.fields = "X-Accel-Buffering: no\r\n";  // a proxy is to keep nothing back
  if (!co_await stream.begin(response)) co_return;
  for (;;) {
    if (text.empty()) text = ":\n\n";
    if (!co_await stream.send(std::move(text))) co_return;
    pause.expires_after(pace);
    if (!co_await stream.wait(pause)) co_return;
    quiet.expires_after(idle);
    if (!reader.has_news() && !co_await stream.wait(quiet)) co_return;
    text = co_await reader.news();
  }
}

}  // namespace snapcron::http
