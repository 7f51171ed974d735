// A name server that takes every question and never answers: glibc waits for it for ten seconds and
// more, in a thread of libcurl's. The loop may not.

#include "curl/url_camera.hpp"

#include "support/private_mounts.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
namespace asio = boost::asio;

class ADeadNameServer : public testing::Test {
 protected:
  void SetUp() override {
    if (!listen() || !use())
      GTEST_SKIP() << "no name server of our own (" << std::strerror(errno) << "); needs root";
  }
  void TearDown() override {
    for (auto const* const file : {"/etc/nsswitch.conf", "/etc/resolv.conf"})
      ::umount2(file, MNT_DETACH);
    if (socket_ >= 0) ::close(socket_);
  }

  bool listen() {
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    ::inet_pton(AF_INET, name_server.c_str(), &address.sin_addr);
    return ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  bool use() const {
    auto const resolver = folder.write("resolv.conf", "nameserver " + name_server + "\n");
    auto const order = folder.write("nsswitch.conf", "hosts: files dns\n");
    return enter_private_mounts() &&
           ::mount(resolver.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0 &&
           ::mount(order.c_str(), "/etc/nsswitch.conf", nullptr, MS_BIND, nullptr) == 0;
  }
  bool was_asked() const {
    char question[512];
    return ::recv(socket_, question, sizeof question, 0) > 0;
  }

  /// Ticks all the time, and notes when the loop was late.
  void tick() {
    ticker.expires_after(2ms);
    ticker.async_wait([this, due = steady_clock::now() + 2ms](boost::system::error_code stopped) {
      if (stopped || over) return;
      worst_lag = std::max(worst_lag, steady_clock::now() - due);
      tick();
    });
  }

  /// A tick that is queued already would not see the cancellation: hence the flag.
  void stop_ticking() {
    over = true;
    ticker.cancel();
  }

  /// Of this process alone: the tests run beside one another.
  std::string const name_server = "127.77." + std::to_string(::getpid() / 250 % 250) + "." +
                                  std::to_string(1 + ::getpid() % 250);
  TemporaryFolder folder;
  bool over = false;
  int socket_ = -1;
  asio::io_context loop{1};
  asio::steady_timer ticker{loop};
  steady_clock::duration worst_lag{};
  SystemClock clock;
};

CameraSpec camera_with_a_name() {
  CameraSpec spec;
  spec.name = "door";
  spec.source = UrlCamera{"http://camera.example/image.jpg", {}, {}};
  spec.timeout = 2s;
  spec.connect_timeout = 300ms;
  return spec;
}

TEST_F(ADeadNameServer, BlocksNeitherTheLoopNorTheEnd) {
  auto multi = std::make_unique<Multi>(loop);
  auto camera = make_url_camera(*multi, clock, camera_with_a_name());
  std::optional<Result<Frame>> result;
  auto const begun = steady_clock::now();
  asio::co_spawn(loop, camera->grab(), [&](std::exception_ptr, Result<Frame> frame) {
    result = std::move(frame);
    stop_ticking();
  });
  tick();

  loop.run();

  ASSERT_TRUE(result);
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().fault, Fault::timed_out);
  EXPECT_EQ(result->error().text,
            "camera 'door': GET http://camera.example/image.jpg: no name server answered within "
            "300ms; an "
            "address of digits needs none");
  EXPECT_TRUE(was_asked()) << "the test has not tested what it should";
  EXPECT_LT(steady_clock::now() - begun, 3s);
  auto const cleaning = steady_clock::now();
  camera.reset();
  multi.reset();
  auto const cleaned = steady_clock::now() - cleaning;
  EXPECT_LT(worst_lag, 500ms);
  EXPECT_LT(cleaned, 500ms);
  std::printf("dead name server: worst lag of the loop %.1f ms, cleaning up %.1f ms\n",
              std::chrono::duration<double, std::milli>(worst_lag).count(),
              std::chrono::duration<double, std::milli>(cleaned).count());
}

TEST_F(ADeadNameServer, DoesNotBlockAGrabThatIsCancelled) {
  Multi multi{loop};
  auto camera = make_url_camera(multi, clock, camera_with_a_name());
  asio::cancellation_signal cancel;
  bool ended = false;
  asio::co_spawn(
      loop, camera->grab(),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<Frame>) {
        ended = true;
        stop_ticking();
      }));
  asio::steady_timer timer{loop, 100ms};
  timer.async_wait([&](auto) { cancel.emit(asio::cancellation_type::terminal); });
  auto const begun = steady_clock::now();
  tick();

  loop.run();
  camera.reset();

  EXPECT_TRUE(ended);
  EXPECT_TRUE(was_asked());
  EXPECT_LT(steady_clock::now() - begun, 3s);
  EXPECT_LT(worst_lag, 500ms);
}

}  // namespace
}  // namespace snapcron
