#include "curl/multi.hpp"

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <curl/curl.h>
#include <fcntl.h>

#include <map>

namespace snapcron {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

using Done = asio::experimental::channel<void(boost::system::error_code, int)>;

constexpr long most_idle_connections = 64;  // by default four, however many cameras there are

/// Asio waits on a duplicate, so curl may close its own descriptor whenever it likes.
struct Socket {
  Socket(asio::io_context& loop, curl_socket_t fd)
      : curl_fd(fd), descriptor(loop, ::fcntl(fd, F_DUPFD_CLOEXEC, 0)) {}
  curl_socket_t curl_fd;
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;   // CURL_POLL_IN | CURL_POLL_OUT
  int waiting = 0;  // directions with an async_wait under way
};

}  // namespace

/// Handlers hold it weakly: one that was queued already when the Multi went away does nothing.
struct Multi::State : std::enable_shared_from_this<Multi::State> {
  explicit State(asio::io_context& l) : loop(l), timer(l), multi(nullptr, &curl_multi_cleanup) {}

  void open() {
    if (multi) return;
    static bool const initialised = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (initialised) multi.reset(curl_multi_init());
    if (!multi) throw std::bad_alloc{};
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &State::on_socket);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &State::on_timer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, most_idle_connections);
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& state = *static_cast<State*>(self);
    if (what == CURL_POLL_REMOVE) {
      if (auto gone = state.sockets.extract(fd)) {
        gone.mapped()->wanted = 0;
        gone.mapped()->descriptor.close();
      }
      return 0;
    }
    auto& socket = state.sockets[fd];
    if (!socket) socket = std::make_shared<Socket>(state.loop, fd);
    socket->wanted = what;
    state.wait(socket, CURL_POLL_IN);
    state.wait(socket, CURL_POLL_OUT);
    return 0;
  }

  void wait(std::shared_ptr<Socket> const& socket, int direction) {
    if (!(socket->wanted & ~socket->waiting & direction)) return;
    socket->waiting |= direction;
    bool const in = direction == CURL_POLL_IN;
    socket->descriptor.async_wait(
        in ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write,
        [weak = weak_from_this(), socket, direction, in](boost::system::error_code closed) {
          socket->waiting &= ~direction;
          auto const state = weak.lock();
          if (closed || !state || !(socket->wanted & direction)) return;
          state->act(socket->curl_fd, in ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
          state->wait(socket, direction);
        });
  }

  static int on_timer(CURLM*, long ms, void* self) {
    auto& state = *static_cast<State*>(self);
    state.timer.cancel();
    if (ms < 0) return 0;
    state.timer.expires_after(std::chrono::milliseconds(ms));
    state.timer.async_wait([weak = state.weak_from_this()](boost::system::error_code cancelled) {
      auto const self_again = weak.lock();
      if (!cancelled && self_again) self_again->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi.get(), fd, events, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      void* done = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
      static_cast<Done*>(done)->try_send(boost::system::error_code{},
                                         static_cast<int>(message->data.result));
    }
  }

  asio::io_context& loop;
  asio::steady_timer timer;
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi;  // last: its cleanup calls on_socket
};

namespace {

/// A transfer under way. Its timer's handler holds it: one that was queued already when the
/// transfer was over does nothing.
struct Transfer : std::enable_shared_from_this<Transfer> {
  Transfer(asio::io_context& loop, Multi::Stall& s)
      : done(loop, 2), timer(loop, s.limit), stall(&s) {}

  /// Ends the transfer when it has not moved for the limit; looks again only when that can be.
  void watch() {
    timer.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled && self->stall != nullptr) self->look();
    });
  }
  void look() {
    auto const now = std::chrono::time_point_cast<Duration>(steady_clock::now());
    bool const watched = stall->last_moved != Steady{};
    if (watched && now - stall->last_moved >= stall->limit) {
      done.try_send(boost::system::error_code{}, Multi::stalled);
      return;
    }
    timer.expires_at((watched ? stall->last_moved : now) + stall->limit);
    watch();
  }
  void end() {
    stall = nullptr;
    timer.cancel();
  }

  Done done;
  asio::steady_timer timer;
  Multi::Stall* stall;
};

}  // namespace

Multi::Multi(asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

Multi::~Multi() = default;

asio::awaitable<int> Multi::perform(void* easy, Stall& stall) {
  auto const state = state_;
  state->open();
  auto const transfer = std::make_shared<Transfer>(state->loop, stall);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer->done);
  curl_multi_add_handle(state->multi.get(), easy);
  auto const remove = [&state, &transfer](CURL* handle) {
    transfer->end();
    curl_multi_remove_handle(state->multi.get(), handle);
  };
  std::unique_ptr<CURL, decltype(remove)> const attached{easy, remove};
  transfer->watch();
  co_return co_await transfer->done.async_receive(asio::use_awaitable);
}

}  // namespace snapcron
