#include "facts/memory_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>

namespace snapcron {
namespace {

namespace json = boost::json;

constexpr std::size_t most_runs = 10'000;
constexpr int version = 1;

json::array to_json(Moment at) {
  return {at.steady.time_since_epoch().count(), at.wall.time_since_epoch().count()};
}

// Nanoseconds that leave room for arithmetic: some 140 years on either side.
std::optional<Duration> duration_of(json::value const& value) {
  constexpr std::int64_t most = std::int64_t{1} << 62;
  auto const* number = value.if_int64();
  if (!number || *number > most || *number < -most) return std::nullopt;
  return Duration{*number};
}

std::optional<Moment> moment_of(json::value const* value) {
  auto const* pair = value ? value->if_array() : nullptr;
  if (!pair || pair->size() != 2) return std::nullopt;
  auto const steady = duration_of((*pair)[0]), wall = duration_of((*pair)[1]);
  if (!steady || !wall) return std::nullopt;
  return Moment{Steady{*steady}, Instant{*wall}};
}

std::string text_of(json::object const& o, std::string_view key) {
  auto const* value = o.if_contains(key);
  auto const* text = value ? value->if_string() : nullptr;
  return text ? std::string{*text} : std::string{};
}

json::array const& array_of(json::object const& o, std::string_view key) {
  static json::array const none;
  auto const* value = o.if_contains(key);
  auto const* array = value ? value->if_array() : nullptr;
  return array ? *array : none;
}

json::object const& object_of(json::object const& o, std::string_view key) {
  static json::object const none;
  auto const* value = o.if_contains(key);
  auto const* object = value ? value->if_object() : nullptr;
  return object ? *object : none;
}

json::object to_json(Memory::OfRule const& rule) {
  json::object o;
  if (rule.started) o["started"] = to_json(*rule.started);
  if (rule.enabled) o["enabled"] = *rule.enabled;
  if (!rule.seen.empty()) {
    json::array all;
    for (auto const& seen : rule.seen)
      all.push_back(json::object{{"trigger", seen.trigger},
                                 {"until", seen.until.time_since_epoch().count()}});
    o["seen"] = std::move(all);
  }
  if (!rule.held.empty()) {
    json::array all;
    for (auto const& held : rule.held)
      all.push_back(json::object{{"trigger", held.trigger}, {"since", to_json(held.since)}});
    o["held"] = std::move(all);
  }
  return o;
}

Memory::OfRule rule_of(json::object const& o) {
  Memory::OfRule rule;
  rule.started = moment_of(o.if_contains("started"));
  if (auto const* enabled = o.if_contains("enabled"); enabled && enabled->is_bool())
    rule.enabled = enabled->get_bool();
  for (auto const& one : array_of(o, "seen")) {
    auto const* seen = one.if_object();
    auto const* until = seen ? seen->if_contains("until") : nullptr;
    if (!until) continue;
    if (auto const at = duration_of(*until))
      rule.seen.push_back({text_of(*seen, "trigger"), Instant{*at}});
  }
  for (auto const& one : array_of(o, "held")) {
    auto const* held = one.if_object();
    if (!held) continue;
    if (auto const since = moment_of(held->if_contains("since")))
      rule.held.push_back({text_of(*held, "trigger"), *since});
  }
  return rule;
}

json::object to_json(Memory::Waiting const& run) {
  json::object o{
      {"rule", run.rule}, {"event", run.event}, {"cause", run.cause}, {"at", to_json(run.at)}};
  json::object values;
  for (auto const& [name, value] : run.values) values[name] = value;
  o["values"] = std::move(values);
  o["path"] = json::array(run.path.begin(), run.path.end());
  o["action"] = run.action;
  if (run.until) o["until"] = to_json(*run.until);
  o["failed"] = run.failed;
  return o;
}

std::optional<Memory::Waiting> run_of(json::object const& o) {
  Memory::Waiting run;
  run.rule = text_of(o, "rule");
  run.event = text_of(o, "event");
  run.cause = text_of(o, "cause");
  auto const at = moment_of(o.if_contains("at"));
  if (!at || run.rule.empty()) return std::nullopt;
  run.at = *at;
  for (auto const& [name, value] : object_of(o, "values"))
    if (auto const* text = value.if_string()) run.values.emplace(name, std::string{*text});
  for (auto const& step : array_of(o, "path")) {
    auto const* number = step.if_int64();
    if (!number || *number < 0 || *number > 1'000'000) return std::nullopt;
    run.path.push_back(static_cast<unsigned>(*number));
  }
  run.action = text_of(o, "action");
  run.until = moment_of(o.if_contains("until"));
  if (auto const* failed = o.if_contains("failed"); failed && failed->is_bool())
    run.failed = failed->get_bool();
  return run;
}

}  // namespace

std::string memory_text(Memory const& memory) {
  json::object rules;
  for (auto const& [name, rule] : memory.rules) rules[name] = to_json(rule);
  json::array runs;
  for (auto const& run : memory.runs) {
    if (runs.size() == most_runs) break;
    runs.push_back(to_json(run));
  }
  return json::serialize(json::object{{"version", version},
                                      {"boot", memory.boot},
                                      {"rules", std::move(rules)},
                                      {"runs", std::move(runs)}});
}

Result<Memory> parse_memory(std::string_view text) {
  boost::system::error_code failed;
  auto const value = json::parse(text, failed);
  auto const* o = value.if_object();
  if (failed || !o)
    return Error{Fault::invalid,
                 "what was remembered cannot be read" + (failed ? ": " + failed.message() : "")};
  auto const* number = o->if_contains("version");
  if (!number || !number->is_int64() || number->get_int64() != version)
    return Error{Fault::invalid, "what was remembered is of another snapcron"};
  Memory memory;
  memory.boot = text_of(*o, "boot");
  for (auto const& [name, rule] : object_of(*o, "rules"))
    if (auto const* known = rule.if_object()) memory.rules.emplace(name, rule_of(*known));
  for (auto const& one : array_of(*o, "runs")) {
    auto const* known = one.if_object();
    if (!known || memory.runs.size() == most_runs) continue;
    if (auto run = run_of(*known)) memory.runs.push_back(std::move(*run));
  }
  return memory;
}

}  // namespace snapcron
