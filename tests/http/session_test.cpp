// Connections: their number, their deadlines, what is kept of them.

#include "live_server.hpp"

namespace snapcron {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class Sessions : public LiveServer {
 protected:
  std::string const healthz = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
};

TEST_F(Sessions, AReplyHasALengthAndSaysNothingOfTheServersVersion) {
  start();
  auto const reply = get("/io/input.txt");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 OK\r\n")) << reply;
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(reply,
              HasSubstr("\r\nContent-Length: " + std::to_string(body(reply).size()) + "\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nX-Frame-Options: DENY\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nDate: "));
  EXPECT_THAT(reply, Not(HasSubstr("Server:")));
}

TEST_F(Sessions, AnOldClientGetsAReplyOfItsOwnVersion) {
  start();
  auto const reply = exchange("GET /io/input.txt HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(reply.starts_with("HTTP/1.0 200 OK\r\n")) << reply;
  EXPECT_THAT(reply, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: "));
  EXPECT_THAT(reply, Not(HasSubstr("chunked")));
}

TEST_F(Sessions, AConnectionIsKeptForAsManyRequestsAsAllowed) {
  limits.requests = 3;
  start();
  auto client = connect();
  for (int i = 0; i < 4; ++i) client.send(healthz);
  auto const replies = until_closed(client);
  EXPECT_EQ(statuses(replies), (std::vector<int>{200, 200, 200}));
  EXPECT_TRUE(replies.find("Connection: close") > replies.rfind("HTTP/1.1 200"));
}

TEST_F(Sessions, AClientIsToldToGoOnWithItsBody) {
  start();
  auto client = connect();
  client.send(
      "POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n");
  EXPECT_EQ(until_has(client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(R"({"action":"on"})");
  EXPECT_THAT(until_has(client, "strike"), HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(Sessions, WhatABrowserHasGivenUpMeanwhileIsNotDone) {
  start();
  for (std::string const browser :
       {over_tls ? "Origin: https://localhost\r\n" : "Origin: http://localhost\r\n",
        "Sec-Fetch-Site: same-origin\r\n", "Cookie: a=b\r\n"})
    for (auto const* end : {"Connection: close\r\n", ""})
      for (bool const stays : {false, true}) {
        auto client = connect();
        client.send(
            "POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n"
            "Content-Type: application/json\r\n" +
            browser + end + "\r\n" + R"({"action":"on"})");
        if (!stays) client.finish();
        until_has(client, "strike");
        EXPECT_EQ(client.got.empty(), !stays) << browser << client.got;
        EXPECT_EQ(controls.switched.size(), stays ? 1u : 0u);
        controls.forget();
      }
}

TEST_F(Sessions, AProgramMayEndItsSideAndWait) {
  start();
  auto client = connect();
  client.send("POST /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n" +
              std::string{R"({"action":"on"})"});
  client.finish();
  EXPECT_EQ(status(until_closed(client)), 200);
  EXPECT_EQ(controls.switched.size(), 1u);
}

TEST_F(Sessions, AClientThatMayNotIsNotToldToGoOn) {
  start({root});
  auto client = connect();
  client.send(
      "POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
      "15\r\n\r\n");
  auto const reply = until_closed(client);
  EXPECT_EQ(status(reply), 401);
}

TEST_F(Sessions, AHeaderHasOneDeadlineHoweverManyBytesTrickle) {
  limits.header = milliseconds{150};
  start();
  auto client = connect();
  auto const began = std::chrono::steady_clock::now();
  client.send("GET /io/relayon.txt HTTP/1.1\r\nX: ");
  auto next = began;
  ASSERT_TRUE(turn_until([&] {
    if (std::chrono::steady_clock::now() >= next) {
      client.send("a");
      next += milliseconds{20};
    }
    return !client.read();
  }));
  EXPECT_EQ(status(client.got), 408);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds{150});
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Sessions, ASilentClientIsCutOff) {
  limits.header = milliseconds{50};
  start();
  auto client = connect();
  EXPECT_EQ(until_closed(client), "");
}

TEST_F(Sessions, ABodyHasOneDeadline) {
  limits.body = milliseconds{50};
  start();
  auto client = connect();
  client.send(
      "POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 9\r\n\r\n{");
  EXPECT_EQ(status(until_closed(client)), 408);
  EXPECT_EQ(controls.reloads, 0);
}

TEST_F(Sessions, AKeptConnectionIsClosedAfterItsIdleTime) {
  limits.keep_alive = milliseconds{50};
  start();
  auto client = connect();
  client.send(healthz);
  EXPECT_EQ(statuses(until_closed(client)), std::vector<int>{200});
}

TEST_F(Sessions, TheNextHeaderOfAKeptConnectionHasItsOwnDeadline) {
  limits.keep_alive = std::chrono::seconds{30};
  limits.header = milliseconds{100};
  start();
  auto client = connect();
  client.send(healthz);
  until_has(client, "ok\n");
  client.send("GET /healthz HT");
  EXPECT_EQ(statuses(until_closed(client)), (std::vector<int>{200, 408}));
}

TEST_F(Sessions, AClientThatDoesNotTakeItsReplyIsCutOff) {
  limits.write_stall = milliseconds{100};
  controls.snapshot_reply.jpeg = std::make_shared<std::string const>(16'000'000, 'x');
  start();
  auto client = connect();
  client.send(
      "POST /api/v1/snapshots HTTP/1.1\r\nHost: localhost\r\nAccept: image/jpeg\r\nContent-Length: "
      "0\r\n\r\n");
  auto const until = std::chrono::steady_clock::now() + milliseconds{400};
  turn_until([&] { return std::chrono::steady_clock::now() > until; });
  until_closed(client);
  EXPECT_LT(client.got.size(), 16'000'000u);
}

TEST_F(Sessions, ALargePictureArrivesWhole) {
  controls.snapshot_reply.jpeg = std::make_shared<std::string const>(5'000'000, 'x');
  start();
  auto const reply = post("/api/v1/snapshots", "", "Accept: image/jpeg\r\n");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(body(reply), *controls.snapshot_reply.jpeg);
  ASSERT_EQ(controls.snapshots.size(), 1u);
  EXPECT_FALSE(controls.snapshots[0].store);
}

TEST_F(Sessions, TooManyConnectionsAreToldSoAndTheirPlaceIsFreeAgainAfterwards) {
  limits.connections_per_address = 2;
  start();
  {
    auto one = connect();
    auto two = connect();
    one.send(healthz);
    two.send(healthz);
    until_has(one, "ok\n");
    until_has(two, "ok\n");
    auto const reply = get("/healthz");
    EXPECT_EQ(status(reply), 503);
    EXPECT_THAT(reply, HasSubstr("Retry-After"));
  }
  EXPECT_TRUE(turn_until([&] { return status(get("/healthz")) == 200; }));
}

TEST_F(Sessions, AFloodOfConnectionsIsBounded) {
  limits.connections = 4;
  limits.connections_per_address = 100;
  start();
  std::vector<RawClient> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(connect());
  int served = 0, told = 0, cut = 0;
  ASSERT_TRUE(turn_until([&] {
    served = told = cut = 0;
    for (auto& client : flood) {
      bool const open = client.read();
      if (open && client.got.empty())
        ++served;
      else if (status(client.got) == 503)
        ++told;
      else if (!open)
        ++cut;
    }
    return served == 4;
  }));
  EXPECT_EQ(told, 32);
  EXPECT_EQ(cut, 164);
}

TEST_F(Sessions, AnIdleServerHasNoTimer) {
  start();
  get("/healthz");
  loop.restart();
  loop.poll();
  EXPECT_EQ(loop.run_for(milliseconds{300}), 0u) << "woken without a reason";
}

TEST_F(Sessions, AHandlerThatThrowsIsAnErrorOfThatRequestOnly) {
  start();
  controls.broken = true;
  EXPECT_EQ(status(get("/api/v1/status")), 500);
  EXPECT_EQ(status(post("/api/v1/snapshots", "{}")), 500);
  EXPECT_EQ(status(get("/healthz")), 200);
}

TEST_F(Sessions, StoppingClosesEverything) {
  start();
  auto client = connect();
  client.send(healthz);
  until_has(client, "ok\n");
  server->stop();
  until_closed(client);
  EXPECT_EQ(server->address(), "");
  server->stop();
}

TEST_F(Sessions, AReloadKeepsConnectionsWhereTheAddressIsTheSame) {
  start();
  auto client = connect();
  client.send(healthz);
  until_has(client, "ok\n");
  auto const address = server->address();

  auto spec = any_port();
  spec.manual_input_txt = true;
  ASSERT_TRUE(server->configure(spec));

  EXPECT_EQ(server->address(), address);
  client.send("GET /io/input.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
  until_has(client, "time_of_change:12.22\n");
}

TEST_F(Sessions, AReloadMovesToAnotherAddressOrClosesThePort) {
  start();
  auto client = connect();
  client.send(healthz);
  until_has(client, "ok\n");
  auto spec = any_port();
  spec.address = "127.0.0.2";
  ASSERT_TRUE(server->configure(spec));
  EXPECT_TRUE(server->address().starts_with("127.0.0.2:"));
  until_closed(client);
  EXPECT_EQ(status(get("/healthz")), 200);
  ASSERT_TRUE(server->configure(std::nullopt));
  EXPECT_EQ(server->address(), "");
}

TEST_F(Sessions, AReloadThatCannotListenKeepsTheOldPort) {
  start();
  FakeControls other_controls;
  Server other{loop, other_controls, clock, workers};
  HttpSpec spec;
  spec.port = 0;
  ASSERT_TRUE(other.listen_tcp(spec));
  spec.port = static_cast<std::uint16_t>(std::stoi(other.address().substr(10)));

  auto const moved = server->configure(spec);

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().fault, Fault::busy);
  EXPECT_THAT(moved.error().text,
              HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(spec.port) +
                        ": the port is taken, by another snapcron or a web server"));
  EXPECT_THAT(moved.error().text, HasSubstr("change http.listen"));
  EXPECT_EQ(status(get("/healthz")), 200);
}

TEST_F(Sessions, AnAddressForEverybodyNeedsUsers) {
  server = std::make_unique<Server>(loop, controls, clock, workers, limits);
  HttpSpec spec;
  spec.address = "0.0.0.0";
  spec.port = 0;
  auto const open = server->listen_tcp(spec);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().fault, Fault::refused);
  spec.users = {root};
  EXPECT_TRUE(server->listen_tcp(spec));
}

TEST_F(Sessions, AnAddressThatTheMachineHasNotIsSaid) {
  server = std::make_unique<Server>(loop, controls, clock, workers, limits);
  HttpSpec spec;
  spec.address = "203.0.113.7";
  spec.users = {root};
  auto const listening = server->listen_tcp(spec);
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().text, HasSubstr("this machine has no such address"));
}

}  // namespace
}  // namespace snapcron
