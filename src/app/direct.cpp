#include "app/direct.hpp"

#include "app/board.hpp"
#include "app/deliver_directly.hpp"
#include "app/series.hpp"
#include "capture/pictures.hpp"
#include "guard/guarded_relays.hpp"
#include "lines/relays.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <functional>
#include <unistd.h>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

/// Relay 1 of the site, held for one pulse.
class OnePulse {
 public:
  static constexpr auto patience = std::chrono::seconds{10};
  static constexpr auto pause = std::chrono::milliseconds{20};

  OnePulse(asio::io_context& loop, Site const& site, std::filesystem::path const& socket,
           Clock const& clock)
      : loop_(loop),
        clock_(clock),
        socket_(socket),
        board_(socket),
        relays_(
            loop, board_, clock, [](unsigned, bool) {},
            [](RelaySpec const&, std::string const&) {}) {
    for (auto const& spec : site.relays)
      if (spec.number == 1) spec_ = spec;
  }

  asio::awaitable<Result<void>> begin(RelayCommand command) {
    if (command.kind != RelayCommand::Kind::pulse)
      co_return Error{Fault::refused,
                      "relay 1: no daemon is running to hold it: only --relay pulse is possible"};
    if (!spec_) co_return Error{Fault::not_found, "there is no relay 1 in the configuration"};
    auto had = relays_.configure({*spec_});
    // Another one of us may be about its pulse; a guard holds the relays for good.
    asio::steady_timer timer{loop_};
    bool const may_end = !had && !guard_answers(socket_);
    for (auto const end = clock_.now().steady + patience;
         may_end && !had && had.error().fault == Fault::busy && clock_.now().steady < end;
         had = relays_.configure({*spec_})) {
      timer.expires_after(pause);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (!had) co_return had.error();
    end_ = command.duration + std::chrono::seconds{1};
    co_return relays_.command(1, command);
  }
  /// Now, and not when the pulse ends.
  asio::awaitable<void> cut() {
    relays_.stop();
    co_await relays_.finish(Duration::zero());
  }
  asio::awaitable<void> end() {
    relays_.stop();
    co_await relays_.finish(end_);
  }

 private:
  asio::io_context& loop_;
  Clock const& clock_;
  std::filesystem::path const socket_;
  Board board_;
  Relays relays_;
  std::optional<RelaySpec> spec_;
  Duration end_{};
};

/// A board keeps driving a relay that nobody holds: who is told to end while a pulse is under way
/// ends the pulse first.
class EndedBySignal {
 public:
  using FirstOfAll = std::function<asio::awaitable<void>()>;
  EndedBySignal(asio::io_context& loop, bool needed, FirstOfAll first_of_all) : signals_{loop} {
    if (!needed) return;
    for (int const number : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction now {};
      if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN)  // nohup
        signals_.add(number);
    }
    signals_.async_wait(
        [this, &loop, first_of_all = std::move(first_of_all)](auto error, int number) {
          if (error) return;
          number_ = number;
          asio::co_spawn(loop, first_of_all(), [&loop](std::exception_ptr) { loop.stop(); });
        });
  }
  void go_on_ending() {
    signals_.clear();
    if (number_ == 0) return;
    std::signal(number_, SIG_DFL);
    std::raise(number_);
  }

 private:
  asio::signal_set signals_;
  int number_ = 0;
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
      if (auto const begun = co_await pulse.begin(*request.relay); !begun)
        relay_error = begun.error();
    reply = co_await take_series(pictures, clock, request, values, seen);
    reply.relay_error = std::move(relay_error);
    if (request.relay && !reply.relay_error) co_await pulse.end();
    co_await pictures.stop();
  };
  asio::co_spawn(loop, work(), [&](std::exception_ptr why) {
    broken = why;
    loop.stop();
  });
  EndedBySignal ended{loop, request.relay.has_value(), [&] { return pulse.cut(); }};
  loop.run();
  ended.go_on_ending();
  if (broken) std::rethrow_exception(broken);
  if (stored.empty() || request.to.empty()) return reply;
  if (auto const delivered = deliver_directly(site, stored, request.to); !delivered)
    reply.delivery_error = delivered.error();
  return reply;
}

}  // namespace snapcron
