#include "http/status_table.hpp"

#include "core/printable.hpp"
#include "core/zone.hpp"
#include "http/text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>

namespace snapcron {
namespace {

namespace json = boost::json;
using http::TextTable;
using Cell = TextTable::Cell;

constexpr char const* green = "\033[32m";
constexpr char const* red = "\033[31m";
constexpr char const* yellow = "\033[33m";
constexpr char const* bold = "\033[1m";

json::value const* find(json::value const& object, char const* key) {
  auto const* fields = object.if_object();
  return fields ? fields->if_contains(key) : nullptr;
}

std::string text_of(json::value const& object, char const* key) {
  auto const* value = find(object, key);
  if (!value || !value->is_string()) return "";
  return printable({value->get_string().data(), value->get_string().size()});
}

/// Of several lines: each below the other, indented.
std::string lines_of(json::value const& object, char const* key) {
  auto const* value = find(object, key);
  if (!value || !value->is_string()) return "";
  std::string_view rest{value->get_string().data(), value->get_string().size()};
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (rest.find('\n') == std::string_view::npos) return " " + printable(rest);
  std::string lines;
  while (!rest.empty()) {
    std::string line{rest.substr(0, rest.find('\n'))};
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::ranges::replace(line, '\t', ' ');
    lines += "\n  " + printable(line);
  }
  return lines;
}

std::string number_of(json::value const& object, char const* key) {
  auto const* value = find(object, key);
  if (value && value->is_int64()) return std::to_string(value->get_int64());
  if (value && value->is_uint64()) return std::to_string(value->get_uint64());
  return "";
}

bool is_false(json::value const& object, char const* key) {
  auto const* value = find(object, key);
  return value && value->is_bool() && !value->get_bool();
}

json::array const& list_of(json::value const& object, char const* key) {
  static json::array const empty;
  auto const* value = find(object, key);
  return value && value->is_array() ? value->get_array() : empty;
}

/// "42 s", "3 min", "2 h 5 min", "3 d 4 h".
std::string rough(std::chrono::seconds duration) {
  auto const s = duration.count();
  auto const two = [](long long a, char const* unit, long long b, char const* smaller) {
    auto text = std::to_string(a) + " " + unit;
    return b > 0 ? text + " " + std::to_string(b) + " " + smaller : text;
  };
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 86400) return two(s / 3600, "h", s % 3600 / 60, "min");
  return two(s / 86400, "d", s % 86400 / 3600, "h");
}

/// Times of one status, read against its "now".
class Times {
 public:
  explicit Times(json::value const& status) : now_text_{text_of(status, "now")} {
    if (auto const now = parse_rfc3339(now_text_)) now_ = *now;
  }

  /// "14:02:11 (3 min ago)"; with the date when that is another day; "-" for null.
  std::string show(json::value const& object, char const* key) const {
    auto const text = text_of(object, key);
    auto const at = parse_rfc3339(text);
    if (!at || text.size() < 19) return text.empty() ? "-" : text;
    bool const today = text.substr(0, 10) == now_text_.substr(0, 10);
    auto shown = today ? text.substr(11, 8) : text.substr(0, 10) + " " + text.substr(11, 8);
    if (now_) shown += " (" + relative(*at) + ")";
    return shown;
  }

  std::optional<std::chrono::seconds> since(std::string const& text) const {
    auto const at = parse_rfc3339(text);
    if (!at || !now_ || *at > *now_) return std::nullopt;
    return between(*at, *now_);
  }

 private:
  /// In whole seconds before the subtraction: times of any year must not overflow.
  static std::chrono::seconds between(Instant earlier, Instant later) {
    using std::chrono::floor, std::chrono::seconds;
    return floor<seconds>(later) - floor<seconds>(earlier);
  }

  std::string relative(Instant at) const {
    if (at > *now_) return "in " + rough(between(*now_, at));
    auto const ago = between(at, *now_);
    return ago.count() == 0 ? "now" : rough(ago) + " ago";
  }

  std::string now_text_;
  std::optional<Instant> now_;
};

std::string seconds_of(json::value const& object, char const* key) {
  auto const* value = find(object, key);
  if (!value || !value->is_number()) return "-";
  double const seconds = value->to_number<double>();
  char text[32];
  if (std::abs(seconds) < 1)
    std::snprintf(text, sizeof text, "%.0f ms", seconds * 1000);
  else
    std::snprintf(text, sizeof text, seconds < 60 ? "%.1f s" : "%.0f s", seconds);
  return text;
}

std::string head(json::value const& status, Times const& times) {
  auto const version = text_of(status, "version");
  auto const started = text_of(status, "started");
  std::string out = version.empty() ? "snapcron" : "snapcron " + version;
  if (auto const up = times.since(started))
    out += ", up " + rough(*up) + " since " + started.substr(0, 10) + " " + started.substr(11, 8);
  if (auto const zone = text_of(status, "timezone"); !zone.empty()) out += ", " + zone;
  return out + "\n";
}

std::string inputs(json::value const& status, Times const& times, bool colour) {
  TextTable table{{{"#", true},
                   {"NAME"},
                   {"LEVEL"},
                   {"CHANGED"},
                   {"EDGES", true},
                   {"PULSES", true},
                   {"LOST", true},
                   {"LAST PULSE", true}},
                  colour};
  for (auto const& input : list_of(status, "inputs")) {
    auto const level = text_of(input, "level");
    auto const lost = number_of(input, "lost");
    table.row({{number_of(input, "number")},
               {text_of(input, "name"), bold},
               {level, level == "high" ? green : nullptr},
               {times.show(input, "changed")},
               {number_of(input, "edges")},
               {number_of(input, "pulses")},
               {lost, lost == "0" ? nullptr : red},
               {seconds_of(input, "last_duration")}});
    if (is_false(input, "available")) table.note("its chip is gone; waiting for it to come back");
  }
  return table.text();
}

std::string relays(json::value const& status, bool colour) {
  TextTable table{{{"#", true}, {"NAME"}, {"STATE"}}, colour};
  for (auto const& relay : list_of(status, "relays")) {
    auto const state = text_of(relay, "state");
    table.row({{number_of(relay, "number")},
               {text_of(relay, "name"), bold},
               {state, state == "on" ? green : nullptr}});
    if (is_false(relay, "available")) table.note("its chip is gone; waiting for it to come back");
  }
  return table.text();
}

std::string cameras(json::value const& status, Times const& times, bool colour) {
  TextTable table{{{"NAME"}, {"STATE"}, {"LAST PICTURE"}}, colour};
  for (auto const& camera : list_of(status, "cameras")) {
    auto const state = text_of(camera, "state");
    table.row({{text_of(camera, "name"), bold},
               {state, state == "ok"     ? green
                       : state == "lost" ? red
                                         : nullptr},
               {times.show(camera, "last")}});
    if (auto const* buffer = find(camera, "buffer"); buffer && buffer->is_object())
      table.note("keeps " + number_of(*buffer, "frames") + " frames of " +
                 seconds_of(*buffer, "seconds"));
    if (auto const error = text_of(camera, "error"); !error.empty()) table.note(error);
  }
  return table.text();
}

/// "condition 3, cooldown 1".
std::string skips(json::value const& rule) {
  std::string text;
  auto const* skipped = find(rule, "skipped");
  if (!skipped || !skipped->is_object()) return text;
  for (auto const& member : skipped->get_object()) {
    std::string const reason{member.key().data(), member.key().size()};
    auto const count = number_of(*skipped, reason.c_str());
    if (count.empty() || count == "0") continue;
    text += (text.empty() ? "" : ", ") + printable(reason) + " " + count;
  }
  return text;
}

std::string rules(json::value const& status, Times const& times, bool colour) {
  TextTable table{{{"NAME"},
                   {"STATE"},
                   {"LAST FIRED"},
                   {"RUNS", true},
                   {"FAILED", true},
                   {"SKIPPED"},
                   {"NEXT"}},
                  colour};
  for (auto const& rule : list_of(status, "rules")) {
    auto const* running = find(rule, "running");
    bool const runs_now = running && running->is_bool() && running->get_bool();
    std::string const state = is_false(rule, "enabled") ? "disabled"
                              : runs_now                ? "running"
                                                        : "ready";
    auto const failed = number_of(rule, "failed");
    auto const skipped = skips(rule);
    table.row({{text_of(rule, "name"), bold},
               {state, state == "disabled" ? yellow
                       : runs_now          ? green
                                           : nullptr},
               {times.show(rule, "last_fired")},
               {number_of(rule, "runs")},
               {failed, failed == "0" ? nullptr : red},
               {skipped.empty() ? "-" : skipped, yellow},
               {times.show(rule, "next")}});
    if (auto const why = text_of(rule, "last_skip"); !why.empty())
      table.note("last skipped: " + why);
  }
  return table.text();
}

std::string foot(json::value const& status) {
  auto const pictures = number_of(status, "pictures");
  if (pictures.empty()) return "";
  auto out = "\n" + pictures + (pictures == "1" ? " picture stored" : " pictures stored");
  auto const* deliveries = find(status, "deliveries");
  if (!deliveries) return out + "\n";
  auto const queued = number_of(*deliveries, "queued");
  auto const delivered = number_of(*deliveries, "delivered");
  auto const failed = number_of(*deliveries, "failed");
  if (queued + delivered + failed != "000")
    out +=
        "; deliveries: " + queued + " queued, " + delivered + " delivered, " + failed + " failed";
  return out + "\n";
}

}  // namespace

std::string status_table(json::value const& status, bool colour) {
  Times const times{status};
  auto out = head(status, times);
  if (auto const error = lines_of(status, "config_error"); !error.empty())
    out += "the latest reload was refused, the old configuration runs:" + error + "\n";
  auto const* certificate = find(status, "certificate");
  if (auto const error = certificate ? text_of(*certificate, "error") : ""; !error.empty())
    out += "the certificate's files are not good, the one of before is in use: " + error + "\n";
  auto const section = [&](char const* key, char const* title, auto text) {
    if (list_of(status, key).empty()) return;
    out += std::string{"\n"} + (colour ? bold : "") + title + (colour ? "\033[0m" : "") + "\n";
    out += text();
  };
  section("inputs", "Inputs", [&] { return inputs(status, times, colour); });
  section("relays", "Relays", [&] { return relays(status, colour); });
  section("cameras", "Cameras", [&] { return cameras(status, times, colour); });
  section("rules", "Rules", [&] { return rules(status, times, colour); });
  return out + foot(status);
}

}  // namespace snapcron
