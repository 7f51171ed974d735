// Looks for everything that the configuration needs, really, and says how to mend what is missing.
#include "app/board.hpp"
#include "app/commands.hpp"
#include "app/deliver_directly.hpp"
#include "app/direct.hpp"
#include "app/locate.hpp"
#include "app/temporary_file.hpp"
#include "config/load.hpp"
#include "core/percent_encoding.hpp"
#include "core/quantity.hpp"
#include "gpio/libgpiod.hpp"
#include "http/client.hpp"
#include "jpeg/test_pattern.hpp"
#include "ports/clock.hpp"
#include "tls/certificate.hpp"
#include "upload/uploader.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <unistd.h>

namespace snapcron {
namespace {

class Report {
 public:
  void good(std::string const& text) { std::cout << "  ok    " << text << '\n'; }
  void bad(std::string const& text) {
    std::cout << "  FAIL  " << text << '\n';
    all_good_ = false;
  }
  void section(char const* name) { std::cout << name << '\n'; }
  bool all_good() const { return all_good_; }

 private:
  bool all_good_ = true;
};

void chips(Report& report, Site const& site) {
  std::set<std::string> used;
  for (auto const& input : site.inputs)
    if (input.line.chip != virtual_chip) used.insert(input.line.chip);
  for (auto const& relay : site.relays) used.insert(relay.line.chip);
  bool const real = used.size() > used.count(simulated_chip);
  report.section("Chips");
  if (used.contains(simulated_chip)) report.good("the simulated chip (driven by `snapcron input`)");
  if (!real) return;
  report.good("libgpiod " + libgpiod_version());
  auto const found = list_chips();
  if (found.empty()) report.bad("no GPIO chip on this machine: no /dev/gpiochip*");
  for (auto const& chip : found) {
    auto const name =
        chip.device + " (" + chip.label + "), " + std::to_string(chip.lines) + " lines";
    chip.problem.empty() ? report.good(name) : report.bad(chip.problem);
  }
}

/// Without a daemon the lines are requested and let go; relays are left alone, since a request
/// drives them.
void lines(Report& report, Site const& site, std::filesystem::path const& socket) {
  report.section("Lines");
  Board board{socket};
  for (auto const& spec : site.inputs) {
    auto const name = "input " + std::to_string(spec.number) + " " + spec.name + ": ";
    auto line = board.request_input(spec);
    if (!line) {
      report.bad(name + line.error().text);
      continue;
    }
    auto const level = (*line)->level();
    report.good(name + (*line)->describe() + (level ? *level ? ", now high" : ", now low" : ""));
  }
  for (auto const& spec : site.relays)
    report.good("relay " + std::to_string(spec.number) + " " + spec.name +
                ": not tried, a request would switch it");
}

void lines_of_daemon(Report& report, boost::json::value const& status) {
  report.section("Lines (held by the running daemon)");
  for (char const* kind : {"inputs", "relays"}) {
    for (auto const& item : status.at(kind).as_array()) {
      auto const& line = item.as_object();
      std::string const name = std::string{kind, 5} + " " +
                               std::to_string(line.at("number").to_number<unsigned>()) + " " +
                               std::string{line.at("name").as_string()};
      auto const* available = line.if_contains("available");
      if (available && available->is_bool() && !available->as_bool()) {
        report.bad(name + ": its chip is gone; the daemon tries again");
      } else {
        report.good(name);
      }
    }
  }
}

void daemon_and_lines(Report& report, Site const& site, std::filesystem::path const& socket) {
  report.section("Daemon");
  auto const reply = request_unix(socket, "GET", "/api/v1/status", "", "", std::chrono::seconds{5});
  if (reply && reply->status == 200) {
    report.good("running (" + socket.string() + ")");
    lines_of_daemon(report, boost::json::parse(reply->body));
    return;
  }
  bool const absent = !reply && reply.error().fault == Fault::not_found;
  if (absent) {
    report.good("not running (" + socket.string() + ")");
  } else {
    report.bad(reply ? error_text(*reply) : reply.error().text);
  }
  lines(report, site, socket);
}

/// By the daemon, where one runs: many a camera serves one program at a time. By ourselves else,
/// and where the daemon does not know it, because it has not read the configuration again.
Result<std::size_t> size_of_a_picture(Site const& site, std::string const& camera,
                                      std::filesystem::path const& socket) {
  auto const reply =
      request_unix(socket, "GET", "/api/v1/cameras/" + percent_encode(camera) + "/picture", "",
                   "image/jpeg", std::chrono::minutes{1});
  constexpr unsigned unknown = 404;
  if (reply && reply->status == 200) return reply->body.size();
  if (reply && reply->status != unknown) return Error{Fault::failed, error_text(*reply)};
  SnapshotRequest request;
  request.camera = camera;
  request.store = false;
  auto const taken = take_pictures_directly(site, socket, request);
  if (taken.jpeg) return taken.jpeg->size();
  return taken.capture_error.value_or(Error{Fault::failed, "camera " + camera + ": no picture"});
}

void cameras(Report& report, Site const& site, std::filesystem::path const& socket) {
  report.section("Cameras (a picture is really taken)");
  for (auto const& camera : site.cameras) {
    auto const size = size_of_a_picture(site, camera.name, socket);
    if (size)
      report.good("camera " + camera.name + ": a whole JPEG of " + std::to_string(*size) +
                  " bytes");
    else
      report.bad(size.error().text);
  }
}

void storage(Report& report, Site const& site) {
  report.section("Storage");
  std::error_code error;
  auto folder = site.storage.directory;
  auto const name = folder.string();
  while (!folder.empty() && !std::filesystem::exists(folder, error) &&
         folder != folder.parent_path())
    folder = folder.parent_path();
  auto const space = std::filesystem::space(folder, error);
  if (error) return report.bad(name + ": " + error.message());
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return report.bad(name + ": this user may not write in " + folder.string() +
                      " (the daemon runs as its own user: try sudo -u snapcron)");
  auto const megabytes = space.available / 1'000'000;
  auto const text = name + (folder == site.storage.directory ? "" : " (will be made)") + ", " +
                    std::to_string(megabytes) + " MB free";
  megabytes < 50 ? report.bad(text + ": make room, or choose another storage.directory")
                 : report.good(text);
}

void certificate(Report& report, TlsSpec const& tls) {
  report.section("Certificate");
  auto const made = Certificate::make(tls);
  if (!made) return report.bad(made.error().text);
  auto const& validity = made->validity();
  auto const worry = validity.worry(SystemClock{}.now().wall, tls);
  worry.empty() ? report.good(tls.certificate_file.string() + ": good until " +
                              rfc3339(validity.until, Zone{}, 0))
                : report.bad(worry);
}

/// Under a name of its own, so that it takes no real picture's place.
void try_destination(Report& report, Site const& site, std::string const& name) {
  report.section("Destination (a test picture is really delivered)");
  if (auto const unknown = unknown_destination(site, {name})) return report.bad(unknown->text);
  auto const& spec = *std::ranges::find(site.destinations, name, &DestinationSpec::name);
  SystemClock const clock;
  auto const begun = clock.now();
  TemporaryFile const picture{
      test_pattern(640, 480, "snapcron doctor", rfc3339(begun.wall, site.zone, 0), 1)};
  if (picture.path().empty())
    return report.bad("no test picture can be made in " +
                      std::filesystem::temp_directory_path().string());
  std::random_device random;
  Upload upload{.id = std::int64_t{random()} + (std::int64_t{1} << 40),
                .file = picture.path(),
                .name = "snapcron-test.jpg",
                .key = "doctor-" + std::to_string(begun.wall.time_since_epoch().count()),
                .subject = "snapcron: a test picture",
                .text = "snapcron doctor has sent this."};
  auto const result = make_uploader(spec)->perform(upload);
  auto const took =
      to_text(std::chrono::ceil<std::chrono::milliseconds>(clock.now().steady - begun.steady));
  if (result.verdict == UploadResult::Verdict::done)
    report.good(name + ": delivered as " + upload.name + ", whole, in " + took +
                "; it may be deleted there");
  else
    report.bad(result.text);
}

}  // namespace

int doctor(std::filesystem::path const& config, std::string const& destination) {
  Report report;
  report.section("Configuration");
  auto const loaded = load_site(config);
  for (auto const& diagnostic : loaded.diagnostics) std::cerr << to_text(diagnostic);
  if (!loaded.site) {
    report.bad(config.string() + ": see the errors above");
    return exit_code::failed;
  }
  report.good(config.string() + ": " + std::to_string(loaded.rules) + " rules");
  if (!destination.empty()) {
    try_destination(report, *loaded.site, destination);
    return report.all_good() ? exit_code::ok : exit_code::failed;
  }
  auto const socket = control_socket(config);
  chips(report, *loaded.site);
  daemon_and_lines(report, *loaded.site, socket);
  cameras(report, *loaded.site, socket);
  storage(report, *loaded.site);
  if (auto const& http = loaded.site->http; http && http->tls) certificate(report, *http->tls);
  std::cout << (report.all_good() ? "All is well.\n" : "Something is missing: see FAIL above.\n");
  return report.all_good() ? exit_code::ok : exit_code::failed;
}

}  // namespace snapcron
