#include "http/status_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>

namespace snapcron {
namespace {

namespace json = boost::json;

json::value time_or_null(std::optional<Instant> const& at, Zone const& zone, int digits = 3) {
  if (!at) return nullptr;
  return json::value(rfc3339(*at, zone, digits));
}

json::value text_or_null(std::string const& text) {
  if (text.empty()) return nullptr;
  return json::value(text);
}

char const* word(CameraStatus::State state) {
  switch (state) {
    case CameraStatus::State::ok:
      return "ok";
    case CameraStatus::State::lost:
      return "lost";
    case CameraStatus::State::unknown:
      break;
  }
  return "unknown";
}

json::value to_json(std::optional<BufferStatus> const& buffer) {
  if (!buffer) return nullptr;
  return {{"frames", buffer->frames},
          {"bytes", buffer->bytes},
          {"seconds", std::chrono::duration<double>(buffer->span).count()},
          {"fps", buffer->fps}};
}

char const* word(DestinationStatus::State state) {
  switch (state) {
    case DestinationStatus::State::ok:
      return "ok";
    case DestinationStatus::State::down:
      return "down";
    case DestinationStatus::State::unknown:
      break;
  }
  return "unknown";
}

json::value to_json(std::optional<CertificateStatus> const& certificate, Zone const& zone) {
  if (!certificate) return nullptr;
  return json::object{{"expires", rfc3339(certificate->expires, zone, 0)},
                      {"error", text_or_null(certificate->error)}};
}

json::object deliveries(Status const& status) {
  std::uint64_t queued = 0, delivered = 0, failed = 0;
  for (auto const& one : status.destinations) {
    queued += one.waiting;
    delivered += one.delivered;
    failed += one.given_up;
  }
  return {{"queued", queued}, {"delivered", delivered}, {"failed", failed}};
}

}  // namespace

json::object status_json(InputStatus const& input, Zone const& zone) {
  auto const& counters = input.counters;
  json::value last_duration = nullptr;
  if (counters.last_duration)
    last_duration = std::chrono::duration<double>(*counters.last_duration).count();
  return {{"number", input.number},
          {"name", input.name},
          {"level", input.high ? "high" : "low"},
          {"available", input.available},
          {"edges", counters.edges},
          {"pulses", counters.pulses},
          {"lost", counters.lost},
          {"changed", time_or_null(counters.changed, zone)},
          {"last_duration", std::move(last_duration)}};
}

json::object status_json(RelayStatus const& relay) {
  json::value max_on = nullptr;
  if (relay.max_on) max_on = std::chrono::duration<double>(*relay.max_on).count();
  return {{"number", relay.number},
          {"name", relay.name},
          {"state", relay.on ? "on" : "off"},
          {"available", relay.available},
          {"max_on", std::move(max_on)}};
}

json::object status_json(CameraStatus const& camera, Zone const& zone) {
  return {{"name", camera.name},
          {"state", word(camera.state)},
          {"last", time_or_null(camera.last, zone)},
          {"error", text_or_null(camera.error)},
          {"buffer", to_json(camera.buffer)}};
}

json::object status_json(RuleStatus const& rule, Zone const& zone) {
  json::object skipped;
  for (auto const& [reason, count] : rule.skipped) skipped[reason] = count;
  return {{"name", rule.name},
          {"description", text_or_null(rule.description)},
          {"triggers", json::array(rule.triggers.begin(), rule.triggers.end())},
          {"enabled", rule.enabled},
          {"running", rule.running},
          {"last_fired", time_or_null(rule.last_fired, zone)},
          {"runs", rule.runs},
          {"failed", rule.failed},
          {"skipped", std::move(skipped)},
          {"last_skip", text_or_null(rule.last_skip)},
          {"last_skipped", time_or_null(rule.last_skipped, zone)},
          {"next", time_or_null(rule.next, zone, 0)}};
}

json::object status_json(DestinationStatus const& one, Zone const&) {
  return {{"name", one.name},
          {"state", word(one.state)},
          {"queued", one.waiting},
          {"set_aside", one.set_aside},
          {"delivered", one.delivered},
          {"failed", one.given_up},
          {"error", text_or_null(one.error)}};
}

json::object status_json(Status const& status) {
  json::array inputs, relays, cameras, rules, destinations;
  for (auto const& input : status.inputs) inputs.push_back(status_json(input, status.zone));
  for (auto const& relay : status.relays) relays.push_back(status_json(relay));
  for (auto const& camera : status.cameras) cameras.push_back(status_json(camera, status.zone));
  for (auto const& rule : status.rules) rules.push_back(status_json(rule, status.zone));
  for (auto const& destination : status.destinations)
    destinations.push_back(status_json(destination, status.zone));
  return {{"version", status.version},
          {"now", rfc3339(status.now, status.zone, 3)},
          {"started", rfc3339(status.started, status.zone, 3)},
          {"timezone", status.zone.name()},
          {"config_error", text_or_null(status.config_error)},
          {"inputs", std::move(inputs)},
          {"relays", std::move(relays)},
          {"cameras", std::move(cameras)},
          {"rules", std::move(rules)},
          {"pictures", status.pictures},
          {"deliveries", deliveries(status)},
          {"destinations", std::move(destinations)},
          {"certificate", to_json(status.certificate, status.zone)}};
}

}  // namespace snapcron
