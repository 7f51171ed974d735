// The capture command, made for crontab lines and scripts.
#include "app/snapshot_main.hpp"

#include "app/arguments.hpp"
#include "app/commands.hpp"
#include "app/deliver_directly.hpp"
#include "app/direct.hpp"
#include "app/locate.hpp"
#include "app/write_file.hpp"
#include "config/load.hpp"
#include "core/quantity.hpp"
#include "http/client.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace snapcron {
namespace {

struct Order {
  std::string camera;  // or a URL
  std::string config, output, relay, interval = "1s";
  std::vector<std::string> to;
  unsigned count = 1;
  bool direct = false, quiet = false;
  SnapshotRequest request;
};

int complain_here(std::string_view text, int code) {
  auto const line = text.substr(0, text.find('\n'));  // cron mails what is printed: one line
  return complain("snapshot", line, code);
}

bool is_url(std::string const& camera) {
  return camera.find("://") != std::string::npos;
}

Result<RelayCommand> parse_relay(std::string const& text) {
  RelayCommand command;
  if (text == "on") {
    command.kind = RelayCommand::Kind::on;
  } else if (text == "off") {
    command.kind = RelayCommand::Kind::off;
  } else if (text.starts_with("pulse=")) {
    auto const length = parse_duration(text.substr(6));
    if (!length) return length.error();
    if (*length <= Duration::zero())
      return Error{Fault::invalid, "--relay: a pulse must be longer than nothing"};
    command.duration = *length;
  } else if (text != "pulse") {
    return Error{Fault::invalid,
                 "--relay takes on, off, pulse or pulse=DURATION, not '" + text + "'"};
  }
  return command;
}

/// Everything of the command line that can be judged before anything is done; null when it is good.
std::optional<std::string> usage_error(Order& order) {
  if (order.count > 1 && !order.output.empty())
    return "--count and -o do not go together: one file holds one picture";
  auto const interval = parse_duration(order.interval);
  if (!interval) return "--interval: " + interval.error().text;
  if (*interval <= Duration::zero()) return "--interval must be longer than nothing";
  order.request.interval = *interval;
  order.request.count = order.count;
  order.request.camera = order.camera;
  order.request.store = order.output.empty();
  order.request.to = order.to;
  if (!order.to.empty() && !order.output.empty())
    return "--to and -o do not go together: what is delivered is stored first";
  if (!order.relay.empty()) {
    auto const command = parse_relay(order.relay);
    if (!command) return command.error().text;
    order.request.relay = *command;
  }
  return std::nullopt;
}

boost::json::object body_of(SnapshotRequest const& request) {
  boost::json::object body;
  if (!request.camera.empty()) body["camera"] = request.camera;
  body["count"] = request.count;
  body["interval"] = to_text(request.interval);
  if (!request.to.empty()) body["to"] = boost::json::array(request.to.begin(), request.to.end());
  if (request.relay) {
    boost::json::object relay;
    switch (request.relay->kind) {
      case RelayCommand::Kind::on:
        relay["action"] = "on";
        break;
      case RelayCommand::Kind::off:
        relay["action"] = "off";
        break;
      case RelayCommand::Kind::toggle:
        relay["action"] = "toggle";
        break;
      case RelayCommand::Kind::pulse:
        relay["action"] = "pulse";
        relay["duration"] = to_text(request.relay->duration);
    }
    body["relay"] = std::move(relay);
  }
  return body;
}

SnapshotReply understand(Reply reply) {
  SnapshotReply out;
  if (!reply.relay_error.empty()) out.relay_error = Error{Fault::failed, reply.relay_error};
  if (reply.content_type.starts_with("image/jpeg") && reply.status < 300) {
    out.jpeg = std::make_shared<std::string const>(std::move(reply.body));
    return out;
  }
  boost::system::error_code bad;
  auto const parsed = boost::json::parse(reply.body, bad);
  auto const* said = bad ? nullptr : parsed.if_object();
  auto const word = [&](char const* key) {
    auto const* value = said ? said->if_contains(key) : nullptr;
    return value && value->is_string() ? std::string{value->as_string()} : std::string{};
  };
  if (auto const* paths = said ? said->if_contains("paths") : nullptr; paths && paths->is_array())
    for (auto const& path : paths->as_array())
      if (path.is_string()) out.paths.emplace_back(path.as_string());
  if (auto const text = word("relay_error"); !text.empty())
    out.relay_error = Error{Fault::failed, text};
  if (auto const text = word("error"); !text.empty()) {
    out.capture_error = Error{Fault::failed, text};
  } else if (reply.status >= 300) {
    out.capture_error = Error{Fault::failed, error_text(reply)};
  }
  return out;
}

/// Prints what was got and gives the exit code: no picture outranks a relay that failed.
int finish(Order const& order, SnapshotReply const& reply) {
  std::optional<Error> failure = reply.capture_error;
  if (!order.output.empty() && reply.jpeg) {
    if (auto const written = write_file(order.output, *reply.jpeg); !written)
      failure = written.error();
    else if (order.output != "-" && !order.quiet)
      std::cout << order.output << '\n';
  }
  if (!order.quiet)
    for (auto const& path : reply.paths) std::cout << path << '\n';
  std::cout.flush();
  if (failure) return complain_here(failure->text, exit_code::failed);
  if (reply.delivery_error) return complain_here(reply.delivery_error->text, exit_code::failed);
  if (reply.relay_error) return complain_here(reply.relay_error->text, exit_code::relay);
  if (!std::cout) return complain_here("cannot write to standard output", exit_code::failed);
  return exit_code::ok;
}

std::string first_error(Loaded const& loaded) {
  for (auto const& d : loaded.diagnostics)
    if (d.severity == Diagnostic::Severity::error)
      return d.file + ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + ": " +
             d.message + " (snapcron check tells all)";
  return "the configuration cannot be read";
}

int take_directly(Order& order, std::filesystem::path const& config) {
  bool const url = is_url(order.camera);
  Site site;
  std::error_code unreadable;
  bool const needs_config = !url || order.request.store;
  std::optional<Error> no_relay;
  if (needs_config || order.request.relay || std::filesystem::exists(config, unreadable)) {
    auto loaded = load_site(config);
    if (!loaded.site && needs_config) return complain_here(first_error(loaded), exit_code::failed);
    if (loaded.site)
      site = std::move(*loaded.site);
    else if (std::exchange(order.request.relay, std::nullopt))
      no_relay = Error{Fault::not_found, "no relay is known: " + first_error(loaded)};
  }
  if (auto const unknown = unknown_destination(site, order.request.to))
    return complain_here(unknown->text, exit_code::failed);
  if (url) {
    auto const camera = camera_of_url(order.camera);
    if (!camera) return complain_here(camera.error().text, exit_code::usage);
    site.cameras = {*camera};
    order.request.camera = camera->name;
  }
  // The simulated chip lies beside it.
  auto const socket = order.request.relay ? control_socket(config) : std::filesystem::path{};
  auto reply = take_pictures_directly(site, socket, order.request);
  if (no_relay) reply.relay_error = std::move(no_relay);
  return finish(order, reply);
}

int take(Order& order) {
  if (auto const wrong = usage_error(order)) return complain_here(*wrong, exit_code::usage);
  auto const config = config_file(order.config);
  if (order.direct || is_url(order.camera)) return take_directly(order, config);
  // Every picture may take its camera's time-out; a minute for each is more than any of them.
  Duration const patience = order.count * (std::chrono::minutes{1} + order.request.interval);
  auto reply = request_unix(control_socket(config), "POST", "/api/v1/snapshots",
                            boost::json::serialize(body_of(order.request)),
                            order.request.store ? "application/json" : "image/jpeg", patience);
  if (reply) return finish(order, understand(std::move(*reply)));
  if (reply.error().fault == Fault::not_found) return take_directly(order, config);
  return complain_here(reply.error().text, exit_code::failed);
}

}  // namespace

int snapshot_main(int argc, char** argv) {
  CLI::App app{"Takes one picture and prints the path that it wrote", "snapshot"};
  app.set_version_flag("--version", "snapshot " SNAPCRON_VERSION);
  app.footer(
      R"(Asks the running daemon, which writes below its storage folder; without one it takes the picture
itself. A picture is whole and durable on disk, or it is not there.
  snapshot door
  snapshot --quiet --relay pulse=3s gate
  snapshot -o - http://192.168.1.20/jpg/image.jpg | display
Exit: 0 the picture is there; 1 no picture; 2 wrong usage; 5 a picture, but the relay was not switched.)");
  Order order;
  CLI::Validator const something{
      [](std::string& given) { return given.empty() ? std::string{"it is empty"} : std::string{}; },
      ""};
  app.add_option("camera", order.camera, "a camera's name, or a URL; else the first configured one")
      ->type_name("CAMERA|URL")
      ->check(something);
  app.add_option("-c,--config", order.config,
                 "the configuration; else $SNAPCRON_CONFIG, else /etc/snapcron/snapcron.yaml")
      ->type_name("FILE");
  app.add_option("-o,--output", order.output,
                 "write the picture there instead (- is standard output)")
      ->type_name("PATH")
      ->check(something);
  app.add_option("--relay", order.relay,
                 "switch relay 1 before the capture: on, off, pulse or pulse=DURATION")
      ->type_name("WHAT");
  app.add_option("--count", order.count, "how many pictures")
      ->type_name("N")
      ->check(CLI::Range(1u, 1000u))
      ->capture_default_str();
  app.add_option("--interval", order.interval, "from one picture to the next")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--to", order.to, "deliver it to this destination, too")
      ->type_name("DESTINATION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--direct", order.direct, "without the daemon");
  app.add_flag("--quiet", order.quiet, "print nothing when all went well");
  return parse_and_run(app, argc, argv, [&] { return take(order); });
}

}  // namespace snapcron
