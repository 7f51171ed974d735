// Sockets that the service manager opened before us: systemd.socket(5).
#include "live_server.hpp"

namespace snapcron {
namespace {

using testing::HasSubstr;

/// As systemd opens one: blocking, and passed on by exec.
int opened_by_systemd() {
  int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in any_port{};
  any_port.sin_family = AF_INET;
  any_port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&any_port), sizeof any_port) != 0 ||
      ::listen(fd, SOMAXCONN) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

class HandedOver : public LiveServer {
 protected:
  HandedOver() {
    spec = any_port();
    spec.port = port_of(socket);
    address = "127.0.0.1:" + std::to_string(spec.port);
    server = std::make_unique<Server>(loop, controls, clock, workers, limits);
    server->use({socket});
  }
  int const socket = opened_by_systemd();
  HttpSpec spec;
  std::string address;
};

TEST_F(HandedOver, TheOneAtTheConfiguredAddressIsAnsweredOn) {
  auto const listening = server->configure(spec);
  ASSERT_TRUE(listening) << listening.error().text;
  EXPECT_EQ(server->address(), address);
  EXPECT_EQ(status(get("/healthz")), 200);
}

TEST_F(HandedOver, WhoCameBeforeWeWereThereIsAnswered) {
  RawClient early{address};
  if (tls) early.use_tls();
  ASSERT_TRUE(server->configure(spec));
  early.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(until_closed(early), HasSubstr(" 200 "));
}

TEST_F(HandedOver, AConfigurationThatIsRefusedLeavesIt) {
  auto exposed = spec;
  exposed.address = "0.0.0.0";
  EXPECT_FALSE(server->configure(exposed)) << "without a password";
  ASSERT_TRUE(server->configure(spec));
  EXPECT_EQ(server->address(), address);
}

TEST_F(HandedOver, WhereTheConfigurationHasAnotherAddressItIsClosed) {
  spec.address = "127.0.0.2";  // the same port
  auto const listening = server->configure(spec);
  ASSERT_TRUE(listening) << listening.error().text;
  EXPECT_EQ(server->address(), "127.0.0.2:" + std::to_string(spec.port));
  EXPECT_THROW(RawClient{address}, std::runtime_error);
}

TEST_F(HandedOver, AReloadThatLeavesItClosesIt) {
  ASSERT_TRUE(server->configure(spec));
  ASSERT_TRUE(server->configure(any_port()));
  EXPECT_THROW(RawClient{address}, std::runtime_error);
}

}  // namespace
}  // namespace snapcron
