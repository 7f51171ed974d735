#pragma once
// The server on a loop of the test's own thread, and clients that are bare sockets: whatever a test
// waits for, it turns the loop meanwhile. With $SNAPCRON_TEST_TLS set all of it goes over TLS.

#include "fake_controls.hpp"
#include "http/server.hpp"
#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"
#include "tls_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snapcron {

// Fast crypt(3) hashes; the product's own are slow on purpose.
inline User const root{"root",
                       "$5$rounds=1000$saltsalt$zjC/Njk9Y.EVEc3QygFw/Rhx5L4ZHXnWMx5WovHpIO2",
                       false};  // s3cret
inline User const anna{
    "anna", "$5$rounds=1000$saltsalt$OV7WLEsqoCv63hczHp.M20j1G93k1Ay5lPfeFi5wDsA", true};  // looks
constexpr char const* as_root = "Authorization: Basic cm9vdDpzM2NyZXQ=\r\n";
constexpr char const* as_anna = "Authorization: Basic YW5uYTpsb29rcw==\r\n";
constexpr char const* as_wrong = "Authorization: Basic cm9vdDp3cm9uZw==\r\n";  // root:wrong
// As a browser asks for a page.
constexpr char const* shows_pages = "Accept: text/html,application/xhtml+xml\r\n";
constexpr char const* as_nobody = "Authorization: Basic bm9ib2R5OnMzY3JldA==\r\n";  // nobody:s3cret

class RawClient {
 public:
  explicit RawClient(std::string const& address) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    auto const colon = address.rfind(':');
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("cannot connect to " + address);
  }
  RawClient(RawClient&& other) noexcept
      : fd_{std::exchange(other.fd_, -1)}, tls{std::move(other.tls)}, got{std::move(other.got)} {}
  ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  void use_tls() { tls = std::make_unique<TlsClient>(fd_); }

  void send(std::string_view bytes) {
    if (tls) return tls->send(bytes);
    (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void finish() { tls ? tls->finish() : (void)::shutdown(fd_, SHUT_WR); }

  /// Takes what is there. False at the end (or a reset).
  bool read() {
    if (tls) return tls->read(got, reset);
    char buffer[65536];
    for (;;) {
      auto const n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n > 0) {
        got.append(buffer, static_cast<std::size_t>(n));
        continue;
      }
      if (n < 0 && errno == EAGAIN) return true;
      reset = n < 0;
      return false;
    }
  }

  int fd() const { return fd_; }

 private:
  int fd_;

 public:
  std::unique_ptr<TlsClient> tls;
  std::string got;
  bool reset = false;
};

class LiveServer : public testing::Test {
 protected:
  LiveServer() {
    if (over_tls) tls = TestCertificate{}.spec();
    limits.header = limits.body = limits.write_stall = limits.keep_alive = std::chrono::seconds{30};
  }
  ~LiveServer() override {
    server.reset();
    workers.join();
    loop.restart();
    loop.poll();
  }

  void start(std::vector<User> users = {}) {
    auto spec = any_port();
    spec.users = std::move(users);
    server = std::make_unique<Server>(loop, controls, clock, workers, limits);
    auto const listening = server->listen_tcp(spec);
    ASSERT_TRUE(listening) << listening.error().text;
  }

  HttpSpec any_port() const {
    HttpSpec spec;
    spec.port = 0;
    spec.tls = tls;
    return spec;
  }

  RawClient connect() {
    RawClient client{server->address()};
    if (tls) client.use_tls();
    return client;
  }

  /// Turns the loop until `done`; false after five seconds.
  bool turn_until(std::function<bool()> const& done) {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds{5});
    }
    return true;
  }

  /// Everything that comes back until the server closes.
  std::string until_closed(RawClient& client) {
    EXPECT_TRUE(turn_until([&] { return !client.read(); })) << "still open after: " << client.got;
    return client.got;
  }

  std::string until_has(RawClient& client, std::string const& text) {
    EXPECT_TRUE(turn_until([&] {
      bool const open = client.read();
      return client.got.find(text) != std::string::npos || !open;
    })) << client.got;
    return client.got;
  }

  /// Sends, closes the sending side as no browser does, and gives the whole reply.
  std::string exchange(std::string_view bytes) {
    auto client = connect();
    client.send(bytes);
    bool browser = false;
    for (auto const* field : {"\r\nOrigin:", "\r\nReferer:", "\r\nSec-Fetch-Site:", "\r\nCookie:"})
      browser |= bytes.find(field) != bytes.npos;
    if (!browser) client.finish();
    return until_closed(client);
  }

  std::string get(std::string const& target, std::string const& fields = "") {
    return exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                    fields + "\r\n");
  }

  std::string post(std::string const& target, std::string const& body,
                   std::string const& fields = "Content-Type: application/json\r\n") {
    return exchange("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                    fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  static int status(std::string const& reply) {
    return reply.starts_with("HTTP/1.") && reply.size() > 12 ? std::stoi(reply.substr(9, 3)) : 0;
  }
  /// Of each reply on the connection, in order.
  static std::vector<int> statuses(std::string const& replies) {
    std::vector<int> found;
    for (auto at = replies.find("HTTP/1."); at != std::string::npos;
         at = replies.find("HTTP/1.", at + 1))
      if (at + 12 < replies.size() && replies[at + 8] == ' ' && std::isdigit(replies[at + 9]))
        found.push_back(status(replies.substr(at)));
    return found;
  }
  static std::string body(std::string const& reply) {
    auto const at = reply.find("\r\n\r\n");
    return at == std::string::npos ? "" : reply.substr(at + 4);
  }

  static inline bool const over_tls = std::getenv("SNAPCRON_TEST_TLS") != nullptr;
  boost::asio::io_context loop;
  FakeControls controls;
  SystemClock clock;
  boost::asio::thread_pool workers{1};
  ServerLimits limits;
  std::optional<TlsSpec> tls;
  std::unique_ptr<Server> server;
};

}  // namespace snapcron
