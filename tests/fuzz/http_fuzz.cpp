// The whole server behind accept(): bytes of a client go in at one end of a socket pair, replies
// come out. The first byte says who is connected and how the bytes are cut into pieces.

#include "../http/fake_controls.hpp"
#include "http/session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace snapcron;

void expect(bool truth) {
  if (!truth) std::abort();
}

struct Daemon {
  explicit Daemon(bool passwords)
      : hub{std::make_shared<http::Hub>(loop, controls, clock, workers, ServerLimits{})} {
    workers.stop();  // no login ever ends: whoever needs one gets nowhere
    workers.join();
    controls.most_looks = 0;  // a stream of pictures would go on after its talk
    if (passwords) hub->entrance.set_users({{"root", "$5$rounds=1000$saltsalt$", false}});
  }

  std::string talk(std::string_view bytes, bool local, std::size_t piece) {
    int ends[2];
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    hub->admit(ends[0], {local, {}});
    std::string replies;
    while (!bytes.empty()) {
      auto const part = bytes.substr(0, piece);
      (void)!::send(ends[1], part.data(), part.size(), MSG_NOSIGNAL);
      bytes.remove_prefix(part.size());
      turn();
      take(ends[1], replies);
    }
    ::shutdown(ends[1], SHUT_WR);
    turn();
    take(ends[1], replies);
    ::close(ends[1]);
    turn();
    hub->close_all();
    hub->entrance.stop();
    turn();
    return replies;
  }

  void turn() {
    loop.restart();
    loop.poll();
  }
  static void take(int fd, std::string& into) {
    char buffer[65536];
    for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      into.append(buffer, static_cast<std::size_t>(n));
  }

  boost::asio::io_context loop;
  boost::asio::thread_pool workers{1};
  SystemClock clock;
  FakeControls controls;
  std::shared_ptr<http::Hub> hub;
};

void forget(FakeControls& controls) {
  controls.switched.clear();
  controls.driven.clear();
  controls.triggered.clear();
  controls.snapshots.clear();
  controls.reloads = 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Daemon open{false}, guarded{true};
  if (size == 0) return 0;
  std::string_view const bytes{reinterpret_cast<char const*>(data) + 1, size - 1};
  bool const local = (data[0] & 1) != 0;
  std::size_t const pieces[] = {1, 7, 100, 65536};
  auto const piece = bytes.size() > 2000 ? 65536 : pieces[data[0] >> 1 & 3];

  auto const replies = open.talk(bytes, local, piece);
  expect(replies.empty() || replies.starts_with("HTTP/1.1 ") || replies.starts_with("HTTP/1.0 "));
  expect(replies.empty() || replies.find("\r\n\r\n") != std::string::npos);
  // The same bytes in one piece are understood in the same way.
  auto const whole = open.talk(bytes, local, 65536);
  auto const first_line = [](std::string const& text) { return text.substr(0, text.find('\r')); };
  if (bytes.find("100-") == std::string_view::npos)
    expect(first_line(replies) == first_line(whole));
  forget(open.controls);

  // Without a login nothing is done and nothing is told.
  guarded.talk(bytes, false, 65536);
  expect(guarded.controls.untouched() && guarded.controls.reads == 0 &&
         guarded.controls.peeks == 0);
  return 0;
}
