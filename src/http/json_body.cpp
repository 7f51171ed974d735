#include "http/json_body.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace snapcron::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t max_count = 1000;
// A request is answered when its work is done; nobody waits longer than this.
constexpr Duration max_time = std::chrono::hours{1};

Error invalid(std::string text) {
  return {Fault::invalid, std::move(text)};
}

Result<json::object> parse_object(std::string_view body) {
  boost::system::error_code ec;
  auto value = json::parse({body.data(), body.size()}, ec);
  if (ec) return invalid("the body is not valid JSON: " + ec.message());
  if (!value.is_object()) return invalid("the body must be a JSON object");
  return std::move(value.as_object());
}

Result<void> only_keys(json::object const& object, std::initializer_list<std::string_view> known) {
  for (auto const& member : object) {
    std::string_view const key = member.key();
    bool found = false;
    std::string list;
    for (auto const word : known) {
      found |= word == key;
      list.append(list.empty() ? "" : ", ").append(word);
    }
    if (!found) return invalid("unknown key " + snapcron::quoted(key) + " (known: " + list + ")");
  }
  return {};
}

/// Leaves `into` alone when the key is missing.
Result<void> read_text(json::object const& object, char const* key, std::string& into) {
  auto const* value = object.if_contains(key);
  if (!value) return {};
  if (!value->is_string()) return invalid(std::string{"'"} + key + "' must be a string");
  into = value->get_string();
  return {};
}

/// One, or a list of them.
Result<void> read_texts(json::object const& object, char const* key,
                        std::vector<std::string>& into) {
  auto const* value = object.if_contains(key);
  if (!value) return {};
  json::array const one{*value};
  for (auto const& text : value->is_array() ? value->get_array() : one) {
    if (!text.is_string())
      return invalid(std::string{"'"} + key + "' must be a string, or a list of them");
    into.emplace_back(text.get_string());
  }
  return {};
}

Result<void> read_duration(json::object const& object, char const* key, Duration& into) {
  if (!object.contains(key)) return {};
  std::string text;
  if (auto read = read_text(object, key, text); !read)
    return invalid(std::string{"'"} + key + "' must be a duration in quotes, such as \"500ms\"");
  auto const duration = parse_duration(text);
  if (!duration) return invalid(std::string{"'"} + key + "': " + duration.error().text);
  if (*duration <= Duration::zero())
    return invalid(std::string{"'"} + key + "' must be longer than zero");
  into = *duration;
  return {};
}

Result<void> read_count(json::object const& object, unsigned& into) {
  auto const* value = object.if_contains("count");
  if (!value) return {};
  if (!value->is_int64() || value->get_int64() < 1 || value->get_int64() > max_count)
    return invalid("'count' must be a whole number from 1 to 1000");
  into = static_cast<unsigned>(value->get_int64());
  return {};
}

Result<RelayCommand> relay_command(json::object const& object) {
  if (auto keys = only_keys(object, {"action", "duration", "count", "gap"}); !keys)
    return keys.error();
  RelayCommand command;
  std::string action;
  if (auto read = read_text(object, "action", action); !read) return read.error();
  using Kind = RelayCommand::Kind;
  if (action == "on") {
    command.kind = Kind::on;
  } else if (action == "off") {
    command.kind = Kind::off;
  } else if (action == "toggle") {
    command.kind = Kind::toggle;
  } else if (action == "pulse") {
    command.kind = Kind::pulse;
  } else {
    return invalid("'action' must be one of on, off, toggle, pulse");
  }
  if (command.kind != Kind::pulse && object.size() > 1)
    return invalid("'duration', 'count' and 'gap' go with \"action\": \"pulse\" only");
  if (auto read = read_duration(object, "duration", command.duration); !read) return read.error();
  if (auto read = read_count(object, command.count); !read) return read.error();
  if (auto read = read_duration(object, "gap", command.gap); !read) return read.error();
  return command;
}

}  // namespace

Result<RelayCommand> parse_relay_command(std::string_view body) {
  auto const object = parse_object(body);
  return object ? relay_command(*object) : object.error();
}

Result<InputDrive> parse_input_drive(std::string_view body) {
  auto const object = parse_object(body);
  if (!object) return object.error();
  if (auto keys = only_keys(*object, {"level", "pulse"}); !keys) return keys.error();
  if (object->size() != 1) return invalid("give either 'level' or 'pulse'");
  InputDrive drive;
  if (object->contains("pulse")) {
    drive.kind = InputDrive::Kind::pulse;
    if (auto read = read_duration(*object, "pulse", drive.duration); !read) return read.error();
    if (drive.duration > max_time) return invalid("'pulse' may last 1h at most");
    return drive;
  }
  std::string level;
  if (auto read = read_text(*object, "level", level); !read) return read.error();
  if (level != "high" && level != "low") return invalid("'level' must be high or low");
  drive.kind = level == "high" ? InputDrive::Kind::high : InputDrive::Kind::low;
  return drive;
}

Result<SnapshotRequest> parse_snapshot_request(std::string_view body) {
  SnapshotRequest request;
  if (body.empty()) return request;
  auto const object = parse_object(body);
  if (!object) return object.error();
  if (auto keys = only_keys(*object, {"camera", "relay", "count", "interval", "to"}); !keys)
    return keys.error();
  if (auto read = read_text(*object, "camera", request.camera); !read) return read.error();
  if (auto read = read_count(*object, request.count); !read) return read.error();
  if (auto read = read_duration(*object, "interval", request.interval); !read) return read.error();
  if (request.interval > max_time || request.interval * (request.count - 1) > max_time)
    return invalid("'count' pictures 'interval' apart may take 1h at most");
  if (auto read = read_texts(*object, "to", request.to); !read) return read.error();
  if (auto const* relay = object->if_contains("relay")) {
    if (!relay->is_object())
      return invalid("'relay' must be an object, such as {\"action\": \"on\"}");
    auto const command = relay_command(relay->get_object());
    if (!command) return invalid("'relay': " + command.error().text);
    request.relay = *command;
  }
  return request;
}

Result<Credentials> parse_log_in(std::string_view body) {
  auto const object = parse_object(body);
  if (!object) return object.error();
  if (auto known = only_keys(*object, {"name", "password"}); !known) return known.error();
  Credentials credentials{{}, {}};
  if (auto read = read_text(*object, "name", credentials.user); !read) return read.error();
  if (auto read = read_text(*object, "password", credentials.password); !read) return read.error();
  if (credentials.user.empty() || !acceptable(credentials.user, credentials.password))
    return invalid("give a 'name' and a 'password'");
  return credentials;
}

Result<std::string> parse_script(std::string_view body) {
  auto const object = parse_object(body);
  if (!object) return object.error();
  if (auto known = only_keys(*object, {"script"}); !known) return known.error();
  if (!object->contains("script")) return invalid("a 'script' is missing");
  std::string script;
  if (auto read = read_text(*object, "script", script); !read) return read.error();
  return script;
}

}  // namespace snapcron::http
