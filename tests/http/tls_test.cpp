// TLS on the network port: who is let in, who is not, what it costs the loop, and a certificate
// that is renewed.

#include "live_server.hpp"

#include <sys/un.h>

#include <openssl/x509.h>

#include <algorithm>
#include <future>

namespace snapcron {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class Tls : public LiveServer {
 protected:
  Tls() { tls = first.spec(); }

  bool shakes_hands(RawClient& client) {
    return turn_until([&] { return !client.read() || client.tls->connected(); }) &&
           client.tls->connected();
  }
  /// A client that has not said anything of TLS.
  RawClient bare() { return RawClient{server->address()}; }

  static std::string shown(RawClient& client) {
    std::unique_ptr<X509, decltype(&X509_free)> const x509{
        SSL_get1_peer_certificate(client.tls->tls()), X509_free};
    std::unique_ptr<BIO, decltype(&BIO_free_all)> const out{BIO_new(BIO_s_mem()), BIO_free_all};
    PEM_write_bio_X509(out.get(), x509.get());
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }
  Result<void> configure(TlsSpec const& pair) {
    auto spec = any_port();
    spec.tls = pair;
    return server->configure(spec);
  }

  TestCertificate const first, second;
  std::string const healthz = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
};

TEST_F(Tls, IsOfVersion12Or13AndHasForwardSecrecy) {
  start();
  for (auto const& [version, name] :
       {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
    auto client = connect();
    SSL_set_max_proto_version(client.tls->tls(), version);
    ASSERT_TRUE(shakes_hands(client));
    EXPECT_STREQ(SSL_get_version(client.tls->tls()), name);
    client.send(healthz);
    EXPECT_EQ(status(until_has(client, "ok\n")), 200);
  }
  for (auto const* cipher :
       {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "NULL-SHA256", "aNULL"}) {
    auto client = connect();
    SSL_set_max_proto_version(client.tls->tls(), TLS1_2_VERSION);
    ASSERT_EQ(SSL_set_cipher_list(client.tls->tls(), cipher), 1);
    EXPECT_FALSE(shakes_hands(client)) << cipher;
    EXPECT_THAT(client.tls->error, HasSubstr("handshake failure")) << cipher;
  }
}

TEST_F(Tls, OlderVersionsAreRefusedAndToldWhy) {
  start();
  for (int const version : {TLS1_VERSION, TLS1_1_VERSION}) {
    auto client = connect();
    SSL_set_min_proto_version(client.tls->tls(), version);
    SSL_set_max_proto_version(client.tls->tls(), version);
    EXPECT_FALSE(shakes_hands(client));
    EXPECT_THAT(client.tls->error, HasSubstr("protocol version"));
  }
}

TEST_F(Tls, SpeaksHttp11AndTurnsAwayWhoWantsSomethingElse) {
  start();
  auto browser = connect();
  SSL_set_alpn_protos(browser.tls->tls(),
                      reinterpret_cast<unsigned char const*>("\x02h2\x08http/1.1"), 12);
  ASSERT_TRUE(shakes_hands(browser));
  unsigned char const* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(browser.tls->tls(), &chosen, &size);
  EXPECT_EQ((std::string{reinterpret_cast<char const*>(chosen), size}), "http/1.1");

  auto other = connect();
  SSL_set_alpn_protos(other.tls->tls(), reinterpret_cast<unsigned char const*>("\x04smtp"), 5);
  EXPECT_FALSE(shakes_hands(other)) << "a request for another service, misdirected";
}

TEST_F(Tls, DoesNotRenegotiate) {
  start();
  auto client = connect();
  SSL_set_max_proto_version(client.tls->tls(), TLS1_2_VERSION);
  ASSERT_TRUE(shakes_hands(client));
  SSL_renegotiate(client.tls->tls());
  client.send(healthz);
  until_closed(client);
  EXPECT_EQ(client.got, "");
}

TEST_F(Tls, AConnectionIsKeptAndRequestsMayComeInOneRecord) {
  start();
  auto client = connect();
  client.send(healthz + healthz + healthz);
  ASSERT_TRUE(turn_until([&] { return client.read(), statuses(client.got).size() == 3; }));
  client.send(healthz);
  ASSERT_TRUE(turn_until([&] { return client.read(), statuses(client.got).size() == 4; }));
  // More than the server's buffer for a header: it takes a record in several pieces.
  std::string many;
  for (int i = 0; i < 300; ++i) many += healthz;
  client.send(many);
  ASSERT_TRUE(turn_until([&] { return client.read(), statuses(client.got).size() == 304; }));
}

TEST_F(Tls, TheEndIsToldByTlsSoThatNothingCanBeCutOffUnseen) {
  start();
  auto client = connect();
  client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(until_closed(client)), 200);
  EXPECT_TRUE(client.tls->said_goodbye);

  limits.keep_alive = milliseconds{50};
  start();
  auto idle = connect();
  idle.send(healthz);
  until_closed(idle);
  EXPECT_TRUE(idle.tls->said_goodbye) << "also of a connection that was kept and is closed";
}

TEST_F(Tls, AStreamComesPartByPartAndEndsClean) {
  controls.line_changes = {{LineChange::Line::input, 1, true}, {LineChange::Line::input, 1, false}};
  start();
  auto client = connect();
  client.send("GET /axis-cgi/io/input.cgi?monitor=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto const reply = until_closed(client);
  EXPECT_THAT(reply, HasSubstr("IO0:L"));
  EXPECT_THAT(reply, HasSubstr("IO0:/"));
  EXPECT_THAT(reply, HasSubstr("IO0:\\"));
  EXPECT_TRUE(client.tls->said_goodbye);
}

TEST_F(Tls, ALargePictureArrivesWholeThoughItIsReadSlowly) {
  std::string picture(8'000'000, 'x');
  for (std::size_t i = 0; i < picture.size(); i += 997) picture[i] = static_cast<char>(i);
  controls.snapshot_reply.jpeg = std::make_shared<std::string const>(picture);
  start();
  auto client = connect();
  client.send(
      "POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nAccept: image/jpeg\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n");
  auto next = std::chrono::steady_clock::now();
  ASSERT_TRUE(turn_until([&] {
    if (std::chrono::steady_clock::now() < next) return false;
    next += milliseconds{20};
    return !client.read();
  }));
  EXPECT_TRUE(body(client.got) == picture);
}

TEST_F(Tls, NobodyWaitsWhileALargePictureIsEncrypted) {
  controls.snapshot_reply.jpeg = std::make_shared<std::string const>(50'000'000, 'x');
  limits.connections_per_address = 100;
  start();
  auto greedy = connect();
  auto modest = connect();
  ASSERT_TRUE(shakes_hands(modest));
  greedy.send(
      "POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nAccept: image/jpeg\r\n"
      "Content-Length: 0\r\n\r\n");
  ASSERT_TRUE(turn_until([&] { return greedy.read(), greedy.got.size() > 100'000; }));
  modest.send(healthz);
  ASSERT_TRUE(turn_until([&] { return greedy.read(), modest.read(), !modest.got.empty(); }));
  EXPECT_LT(greedy.got.size(), 45'000'000u);
}

TEST_F(Tls, PlainHttpIsToldWhatThePortSpeaks) {
  start();
  for (auto const* request :
       {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n", "G"}) {
    auto client = bare();
    client.send(request);
    auto const reply = until_closed(client);
    EXPECT_EQ(status(reply), 400) << request;
    EXPECT_THAT(reply, HasSubstr("https://"));
    EXPECT_FALSE(client.reset);
  }
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Tls, GarbageIsCutOffAndTheNextClientIsServed) {
  start();
  std::string const client_hello_head{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11};
  for (auto const& garbage :
       {std::string(100, '\0'), std::string(5000, '\xff'), std::string{"\x80\x2e\x01\x00\x02", 5},
        client_hello_head + std::string(2000, 'x'), std::string{"\x16\x03\x01\xff\xff", 5},
        std::string{"\x16\x03\x01\x00\x00", 5} + "x",
        std::string{"\x15\x03\x01\x00\x02\x02\x28", 7},
        std::string{"\x16\xfe\xfd\x00\x00\x00\x00", 7}}) {
    auto client = bare();
    client.send(garbage);
    client.finish();
    until_closed(client);
    EXPECT_THAT(client.got, Not(HasSubstr("HTTP/"))) << testing::PrintToString(garbage);
    EXPECT_EQ(status(get("/healthz")), 200);
  }
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Tls, ABrokenRecordEndsItsConnectionAndNothingOfItIsDone) {
  start();
  auto client = connect();
  client.send(healthz);
  until_has(client, "ok\n");
  auto const before = std::move(client.tls);  // from here on in the open
  client.got.clear();
  client.send("GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
  until_closed(client);
  EXPECT_THAT(client.got, Not(HasSubstr("HTTP/")));
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Tls, ARequestThatIsCutOffIsNotDone) {
  start();
  auto client = connect();
  ASSERT_TRUE(shakes_hands(client));
  client.send("GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\n");
  turn_until([&, n = 0]() mutable { return ++n > 20; });
  ::shutdown(client.fd(), SHUT_WR);  // TCP's end without TLS's
  until_closed(client);
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Tls, AHandshakeHasOneDeadlineHoweverItsBytesTrickle) {
  limits.header = milliseconds{200};
  start();
  auto silent = bare();
  EXPECT_EQ(until_closed(silent), "");

  auto trickling = bare();
  std::string const hello{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11};
  trickling.send(hello);
  auto const began = std::chrono::steady_clock::now();
  auto next = began;
  ASSERT_TRUE(turn_until([&] {
    if (std::chrono::steady_clock::now() >= next) {
      trickling.send("x");
      next += milliseconds{20};
    }
    return !trickling.read();
  }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds{150});
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds{2000});
}

TEST_F(Tls, AClientMayLeaveAtAnyMomentOfTheHandshake) {
  start();
  for (int turns = 0; turns < 30; ++turns) {
    auto client = connect();
    for (int i = 0; i < turns; ++i) {
      client.read();
      loop.restart();
      loop.poll();
    }
  }
  EXPECT_EQ(status(get("/healthz")), 200);
}

TEST_F(Tls, TheServerMayStopAtAnyMomentOfAHandshake) {
  for (int turns = 0; turns < 30; ++turns) {
    start();
    auto client = connect();
    for (int i = 0; i < turns; ++i) {
      client.read();
      loop.restart();
      loop.poll();
    }
    server->stop();
    until_closed(client);
  }
}

TEST_F(Tls, AHandshakeIsWorkedOutBesideTheLoop) {
  tls = TestCertificate{{.rsa_bits = 2048}}.spec();
  start();
  auto served = connect();
  served.send(healthz);
  until_has(served, "ok\n");
  std::promise<void> work;
  boost::asio::post(workers, [&] { work.get_future().wait(); });
  auto waiting = connect();
  waiting.read();
  // Its handshake waits for the worker; nobody else does.
  served.got.clear();
  served.send(healthz);
  EXPECT_EQ(status(until_has(served, "ok\n")), 200);
  waiting.read();
  EXPECT_FALSE(waiting.tls->connected());
  work.set_value();
  EXPECT_TRUE(shakes_hands(waiting));
}

TEST_F(Tls, WhoIsOneTooManyIsClosedWithoutAHandshake) {
  limits.connections_per_address = 2;
  start();
  {
    auto one = connect(), two = connect();
    ASSERT_TRUE(shakes_hands(one) && shakes_hands(two));
    auto third = connect();
    EXPECT_FALSE(shakes_hands(third));
  }
  EXPECT_TRUE(turn_until([&] {
    auto client = connect();
    return shakes_hands(client);
  }));
}

TEST_F(Tls, AClientThatComesBackNeedsNoWholeHandshake) {
  start();
  for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = connect();
    SSL_set_max_proto_version(client.tls->tls(), version);
    client.send(healthz);
    until_has(client, "ok\n");
    std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> const session{
        SSL_get1_session(client.tls->tls()), SSL_SESSION_free};
    auto again = connect();
    SSL_set_max_proto_version(again.tls->tls(), version);
    SSL_set_session(again.tls->tls(), session.get());
    ASSERT_TRUE(shakes_hands(again));
    EXPECT_EQ(SSL_session_reused(again.tls->tls()), 1) << version;
    again.send(healthz);
    EXPECT_EQ(status(until_has(again, "ok\n")), 200);
  }
}

TEST_F(Tls, ANewCertificateIsShownToNewConnectionsAndOldOnesStay) {
  start();
  auto old = connect();
  ASSERT_TRUE(shakes_hands(old));
  EXPECT_EQ(shown(old), first.certificate());
  ASSERT_TRUE(configure(second.spec()));
  auto fresh = connect();
  ASSERT_TRUE(shakes_hands(fresh));
  EXPECT_EQ(shown(fresh), second.certificate());
  old.send(healthz);
  EXPECT_EQ(status(until_has(old, "ok\n")), 200);
}

TEST_F(Tls, ABrokenNewPairIsRefusedAndTheOldOneStays) {
  start();
  auto const before = server->certificate();
  auto pair = second.spec();
  pair.key = first.key();
  auto const done = configure(pair);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("does not belong"));
  auto client = connect();
  ASSERT_TRUE(shakes_hands(client));
  EXPECT_EQ(shown(client), first.certificate());
  EXPECT_EQ(server->certificate()->until, before->until);
}

TEST_F(Tls, ComesAndGoesByAReload) {
  start();
  auto encrypted = connect();
  ASSERT_TRUE(shakes_hands(encrypted));
  auto plain = any_port();
  plain.tls.reset();
  ASSERT_TRUE(server->configure(plain));
  EXPECT_FALSE(server->certificate());
  until_closed(encrypted);
  auto client = bare();
  client.send(healthz);
  EXPECT_EQ(status(until_has(client, "ok\n")), 200);
  ASSERT_TRUE(configure(first.spec()));
  until_closed(client);
  auto again = connect();
  EXPECT_TRUE(shakes_hands(again));
}

TEST_F(Tls, OfTheUnixSocketThereIsNone) {
  TemporaryFolder const folder;
  start();
  ASSERT_TRUE(server->listen_unix(folder / "sock"));
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  (void)!::send(fd, healthz.data(), healthz.size(), 0);
  char buffer[4096];
  ssize_t n = -1;
  turn_until([&] { return (n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0; });
  ::close(fd);
  EXPECT_EQ(status({buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))}), 200);
}

TEST_F(Tls, APageThatCameInTheOpenMaySwitchNothing) {
  start();
  auto const with = [&](std::string const& fields) {
    return status(
        exchange("GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                 fields + "\r\n"));
  };
  EXPECT_EQ(with("Origin: http://localhost\r\n"), 403);
  EXPECT_EQ(with("Referer: http://localhost/\r\n"), 403);
  EXPECT_TRUE(controls.untouched());
  EXPECT_EQ(with("Origin: HTTPS://localhost\r\n"), 200);
  EXPECT_EQ(with("Referer: https://localhost/io/\r\n"), 200);
}

TEST_F(Tls, AThousandConnectionsAreServed) {
  limits.connections = limits.connections_per_address = 1100;
  start();
  std::vector<RawClient> clients;
  while (clients.size() < 1000) {
    auto const first_of_these = static_cast<std::ptrdiff_t>(clients.size());
    for (int i = 0; i < 20; ++i) {
      clients.push_back(connect());
      clients.back().send(healthz);
    }
    ASSERT_TRUE(turn_until([&] {
      return std::all_of(clients.begin() + first_of_these, clients.end(),
                         [](auto& client) { return client.read(), !client.got.empty(); });
    })) << clients.size();
  }
  for (auto& client : clients) {
    client.got.clear();
    client.send(healthz);
  }
  for (auto& client : clients) EXPECT_EQ(status(until_has(client, "ok\n")), 200);
}

TEST_F(Tls, AnIdleServerHasNoTimer) {
  start();
  get("/healthz");
  loop.restart();
  loop.poll();
  EXPECT_EQ(loop.run_for(milliseconds{300}), 0u) << "woken without a reason";
}

}  // namespace
}  // namespace snapcron
