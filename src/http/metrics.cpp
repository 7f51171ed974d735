#include "http/metrics.hpp"

#include <algorithm>
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
  void sample(std::initializer_list<Label> labels, double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    sample(labels, text);
  }
  void histogram(std::string_view name, std::string_view help, Histogram const& all) {
    metric(name, "histogram", help);
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
      char bound[40];
      std::snprintf(bound, sizeof bound, "%.9g", seconds(Histogram::bounds[i]));
      sample({{"le", bound}}, std::to_string(all.up_to(i)), "_bucket");
    }
    sample({{"le", "+Inf"}}, std::to_string(all.count()), "_bucket");
    sample({}, std::to_string(seconds(all.sum())), "_sum");
    sample({}, std::to_string(all.count()), "_count");
  }
  std::string take() { return std::move(out_); }

 private:
  static double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }
  void sample(std::initializer_list<Label> labels, std::string_view value,
              std::string_view suffix = {}) {
    out_.append(name_).append(suffix);
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
    text.sample({{"relay", std::to_string(relay.number)}, {"name", relay.name}},
                std::uint64_t{relay.on});
  text.metric("snapcron_relay_switches_total", "counter", "How often the relay was switched.");
  for (auto const& relay : status.relays)
    text.sample({{"relay", std::to_string(relay.number)}, {"name", relay.name}}, relay.switched);
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
  text.metric("snapcron_camera_captures_total", "counter",
              "Pictures asked for, by what came of it.");
  for (auto const& camera : status.cameras) {
    text.sample({{"camera", camera.name}, {"result", "ok"}}, camera.taken);
    text.sample({{"camera", camera.name}, {"result", "failed"}}, camera.failed);
  }
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

void write_deliveries(Text& text, Status const& status, Measures const& measures) {
  text.metric("snapcron_deliveries_queued", "gauge", "Pictures that wait to be delivered.");
  for (auto const& to : status.destinations) text.sample({{"destination", to.name}}, to.waiting);
  text.metric("snapcron_deliveries_oldest_seconds", "gauge",
              "How long the oldest delivery that waits has been waiting.");
  for (auto const& to : status.destinations) {
    auto const since = measures.waiting_since.find(to.name);
    auto const age =
        since == measures.waiting_since.end() ? Duration{} : status.now - since->second;
    text.sample({{"destination", to.name}},
                std::max(std::chrono::duration<double>(age).count(), 0.0));
  }
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

void write_process(Text& text, Status const& status, ProcessMeasures const& process) {
  text.metric("process_cpu_seconds_total", "counter", "Processor time spent, user and system.");
  text.sample({}, process.cpu_seconds);
  text.metric("process_resident_memory_bytes", "gauge", "Memory in use.");
  text.sample({}, process.resident_bytes);
  text.metric("process_virtual_memory_bytes", "gauge", "Address space in use.");
  text.sample({}, process.virtual_bytes);
  text.metric("process_open_fds", "gauge", "Open file descriptors.");
  text.sample({}, process.open_files);
  text.metric("process_max_fds", "gauge", "How many may be open.");
  text.sample({}, process.most_files);
  text.metric("process_start_time_seconds", "gauge", "When the process started.");
  text.sample({}, status.started);
}

}  // namespace

std::string metrics(Status const& status, Measures const& measures) {
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
  write_deliveries(text, status, measures);
  text.histogram("snapcron_edge_to_action_seconds",
                 "From an input's edge to the begin of the first action that it caused.",
                 measures.edge_to_action);
  text.histogram("snapcron_edge_to_file_seconds",
                 "From an input's edge to each durable picture of it, delays of the rule included.",
                 measures.edge_to_picture);
  text.histogram("snapcron_loop_lag_seconds",
                 "How late the daemon came to what was due, looked at once a second.",
                 measures.loop_lag);
  write_process(text, status, measures.process);
  return text.take();
}

}  // namespace snapcron::http
