#include "http/metrics.hpp"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace snapcron::http {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

class Text {
 public:
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void sample(std::initializer_list<Label> labels, std::uint64_t value) {
    sample(labels, std::to_string(value));
  }
  void sample(std::initializer_list<Label> labels, Instant value) {
    auto const ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(value.time_since_epoch()).count();
    char text[40];
    std::snprintf(text, sizeof text, "%" PRId64 ".%03d", static_cast<std::int64_t>(ms / 1000),
                  static_cast<int>(ms < 0 ? 0 : ms % 1000));
    sample(labels, text);
  }
  std::string take() { return std::move(out_); }

 private:
  void sample(std::initializer_list<Label> labels, std::string_view value) {
    out_ += name_;
    char separator = '{';
    for (auto const& [key, text] : labels) {
      out_ += separator;
      out_.append(key).append("=\"");
      for (char const c : text) {
        if (c == '\n') {
          out_ += "\\n";
          continue;
        }
        if (c == '\\' || c == '"') out_ += '\\';
        out_ += c;
      }
      out_ += '"';
      separator = ',';
    }
    if (labels.size() > 0) out_ += '}';
    out_.append(" ").append(value).append("\n");
  }

  std::string name_;
  std::string out_;
};

void write_inputs(Text& text, Status const& status) {
  auto const each = [&](char const* name, char const* type, char const* help, auto value) {
    text.metric(name, type, help);
    for (auto const& input : status.inputs)
      text.sample({{"input", std::to_string(input.number)}, {"name", input.name}}, value(input));
  };
  using I = InputStatus const&;
  using N = std::uint64_t;
  each("snapcron_input_level", "gauge", "Logical level, 1 is high.",
       [](I i) -> N { return i.high; });
  each("snapcron_input_available", "gauge", "0 while the input's chip is gone.",
       [](I i) -> N { return i.available; });
  each("snapcron_input_edges_total", "counter", "Settled changes of level.",
       [](I i) -> N { return i.counters.edges; });
  each("snapcron_input_pulses_total", "counter", "Completed pulses, high to low.",
       [](I i) -> N { return i.counters.pulses; });
  each("snapcron_input_lost_total", "counter", "Edges that the kernel dropped.",
       [](I i) -> N { return i.counters.lost; });
}

void write_relays(Text& text, Status const& status) {
  text.metric("snapcron_relay_on", "gauge", "1 while the relay is on.");
  for (auto const& relay : status.relays)
    text.sample({{"relay", std::to_string(relay.number)}, {"name", relay.name}}, relay.on);
}

void write_cameras(Text& text, Status const& status) {
  text.metric("snapcron_camera_up", "gauge",
              "Whether the latest capture gave a picture; no sample before the first.");
  for (auto const& camera : status.cameras)
    if (camera.state != CameraStatus::State::unknown)
      text.sample({{"camera", camera.name}},
                  std::uint64_t{camera.state == CameraStatus::State::ok});
  text.metric("snapcron_camera_last_picture_timestamp_seconds", "gauge",
              "When the latest picture was taken.");
  for (auto const& camera : status.cameras)
    if (camera.last) text.sample({{"camera", camera.name}}, *camera.last);
}

void write_rules(Text& text, Status const& status) {
  text.metric("snapcron_rule_runs_total", "counter", "Firings that started.");
  for (auto const& rule : status.rules) text.sample({{"rule", rule.name}}, rule.runs);
  text.metric("snapcron_rule_failed_total", "counter", "Runs that ended with a failed action.");
  for (auto const& rule : status.rules) text.sample({{"rule", rule.name}}, rule.failed);
  text.metric("snapcron_rule_skipped_total", "counter",
              "Triggers that did not start a run, by reason.");
  for (auto const& rule : status.rules)
    for (auto const& [reason, count] : rule.skipped)
      text.sample({{"rule", rule.name}, {"reason", reason}}, count);
}

void write_deliveries(Text& text, Status const& status) {
  text.metric("snapcron_deliveries_queued", "gauge", "Pictures that wait to be delivered.");
  for (auto const& to : status.destinations) text.sample({{"destination", to.name}}, to.waiting);
  text.metric("snapcron_deliveries_set_aside", "gauge", "Deliveries that were given up.");
  for (auto const& to : status.destinations) text.sample({{"destination", to.name}}, to.set_aside);
  text.metric("snapcron_deliveries_total", "counter", "Deliveries by how they ended.");
  for (auto const& to : status.destinations) {
    text.sample({{"destination", to.name}, {"result", "delivered"}}, to.delivered);
    text.sample({{"destination", to.name}, {"result", "failed"}}, to.given_up);
  }
  text.metric("snapcron_destination_up", "gauge", "0 while a destination cannot be reached.");
  for (auto const& to : status.destinations)
    text.sample({{"destination", to.name}},
                std::uint64_t{to.state != DestinationStatus::State::down});
}

}  // namespace

std::string metrics(Status const& status) {
  Text text;
  text.metric("snapcron_build_info", "gauge", "The version that runs.");
  text.sample({{"version", status.version}}, std::uint64_t{1});
  text.metric("snapcron_start_time_seconds", "gauge", "When the daemon started.");
  text.sample({}, status.started);
  text.metric("snapcron_config_ok", "gauge", "0 when the latest reload was refused.");
  text.sample({}, std::uint64_t{status.config_error.empty()});
  if (status.certificate) {
    text.metric("snapcron_certificate_expires_timestamp_seconds", "gauge",
                "When the certificate that the port shows expires.");
    text.sample({}, status.certificate->expires);
  }
  write_inputs(text, status);
  write_relays(text, status);
  write_cameras(text, status);
  write_rules(text, status);
  text.metric("snapcron_pictures_total", "counter", "Pictures stored.");
  text.sample({}, status.pictures);
  write_deliveries(text, status);
  return text.take();
}

}  // namespace snapcron::http
