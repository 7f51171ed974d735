#include "app/direct.hpp"

#include "app/board.hpp"
#include "app/deliver_directly.hpp"
#include "app/series.hpp"
#include "capture/pictures.hpp"
#include "lines/relays.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <csignal>
#include <unistd.h>

namespace snapcron {
namespace {

namespace asio = boost::asio;

/// Relay 1 of the site, held for one pulse.
class OnePulse {
 public:
  OnePulse(asio::io_context& loop, Site const& site, std::filesystem::path const& socket,
           Clock const& clock)
      : board_(socket),
        relays_(
            loop, board_, clock, [](unsigned, bool) {},
            [](RelaySpec const&, std::string const&) {}) {
    for (auto const& spec : site.relays)
      if (spec.number == 1) spec_ = spec;
  }

  Result<void> begin(RelayCommand const& command) {
    if (command.kind != RelayCommand::Kind::pulse)
      return Error{Fault::refused,
                   "relay 1: no daemon is running to hold it: only --relay pulse is possible"};
    if (!spec_) return Error{Fault::not_found, "there is no relay 1 in the configuration"};
    if (auto const had = relays_.configure({*spec_}); !had) return had.error();
    end_ = command.duration + std::chrono::seconds{1};
    return relays_.command(1, command);
  }
  asio::awaitable<void> end() {
    relays_.stop();
    co_await relays_.finish(end_);
  }

 private:
  Board board_;
  Relays relays_;
  std::optional<RelaySpec> spec_;
  Duration end_{};
};

asio::awaitable<void> keep_stored(std::vector<Pictures::Taken>& stored,
                                  Result<Pictures::Taken> const& taken) {
  if (taken && !taken->path.empty()) stored.push_back(*taken);
  co_return;
}

}  // namespace

Result<CameraSpec> camera_of_url(std::string const& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return Error{Fault::invalid, "only http:// and https:// URLs can be taken"};
  auto const authority = url.substr(0, url.find('/', url.find("://") + 3));
  if (authority.find('@') != std::string::npos)
    return Error{Fault::invalid,
                 "a password in a command line is seen by everybody: make the camera a `cameras:` "
                 "entry with password_file"};
  CameraSpec spec;
  spec.name = "url";
  spec.source = UrlCamera{url, {}, {}};
  return spec;
}

SnapshotReply take_pictures_directly(Site const& site, std::filesystem::path const& control_socket,
                                     SnapshotRequest request) {
  std::signal(SIGPIPE, SIG_IGN);
  asio::io_context loop{1};
  SystemClock const clock;
  OnePulse pulse{loop, site, control_socket, clock};
  auto cameras = site.cameras;
  for (auto& camera : cameras) camera.buffer.reset();  // nobody stays to fill it
  Pictures pictures{loop, clock, site.zone, cameras, site.storage};
  if (request.camera.empty() && !site.cameras.empty()) request.camera = site.cameras.front().name;
  TemplateValues values;
  values.time = clock.now().wall;
  values.zone = site.zone;
  values.event = "direct-" + std::to_string(::getpid());
  SnapshotReply reply;
  std::vector<Pictures::Taken> stored;
  SeriesObserver const seen = [&stored](Result<Pictures::Taken> const& taken) {
    return keep_stored(stored, taken);
  };
  std::exception_ptr broken;
  auto const work = [&]() -> asio::awaitable<void> {
    std::optional<Error> relay_error;
    if (request.relay)
      if (auto const begun = pulse.begin(*request.relay); !begun) relay_error = begun.error();
    reply = co_await take_series(pictures, clock, request, values, seen);
    reply.relay_error = std::move(relay_error);
    if (request.relay && !reply.relay_error) co_await pulse.end();
    co_await pictures.stop();
  };
  asio::co_spawn(loop, work(), [&](std::exception_ptr why) {
    broken = why;
    loop.stop();
  });
  loop.run();
  if (broken) std::rethrow_exception(broken);
  if (stored.empty() || request.to.empty()) return reply;
  if (auto const delivered = deliver_directly(site, stored, request.to); !delivered)
    reply.delivery_error = delivered.error();
  return reply;
}

}  // namespace snapcron
