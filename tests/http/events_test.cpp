// GET /api/v1/events, as a browser's EventSource hears it.

#include "live_server.hpp"

#include <boost/json/parse.hpp>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

class Events : public LiveServer {
 protected:
  Events() { start(); }

  RawClient listen(std::string const& query = "", std::string const& fields = "") {
    auto client = connect();
    client.send("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n" + fields +
                "\r\n");
    return client;
  }
  /// What came as `event`, the latest of them.
  static boost::json::value latest(std::string const& got, std::string const& event) {
    auto const at = got.rfind("event: " + event + "\n");
    if (at == std::string::npos) return nullptr;
    auto const data = got.find("data: ", at) + 6;
    return boost::json::parse(got.substr(data, got.find('\n', data) - data));
  }
};

TEST_F(Events, BeginWithTheWholeStatus) {
  auto client = listen();
  auto const got = until_has(client, "}\n\n");
  EXPECT_EQ(status(got), 200);
  EXPECT_THAT(got, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\n\r\nretry: 2000\n\nevent: status\ndata: {\"version\""));
  auto const whole = boost::json::parse(body(get("/api/v1/status")));
  EXPECT_EQ(latest(got, "status"), whole);
}

TEST_F(Events, ALineThatChangesIsToldAsInTheStatus) {
  auto client = listen();
  until_has(client, "event: status");
  controls.state.inputs[0].high = true;
  controls.change({.inputs = {1}});
  EXPECT_EQ(latest(until_has(client, "event: input\n"), "input").at("level").as_string(), "high");
  controls.state.relays[1].on = false;
  controls.change({.relays = {2}});
  auto const relay = latest(until_has(client, "event: relay\n"), "relay");
  EXPECT_EQ(relay.at("name").as_string(), "lamp");
  EXPECT_EQ(relay.at("state").as_string(), "off");
  auto const before = client.got.size();
  controls.change({.cameras = {"yard"}, .rules = {"door-open"}});
  EXPECT_EQ(latest(until_has(client, "event: rule\n"), "camera").at("state").as_string(), "lost");
  EXPECT_THAT(client.got.substr(before), Not(HasSubstr("event: input"))) << "only what changed";
}

TEST_F(Events, AReloadIsToldWithWhatBecameOfIt) {
  auto client = listen();
  until_has(client, "event: status");
  controls.state.config_error = "line 3: error: no";
  controls.change({.config = true});
  auto const got = until_has(client, "event: config\n");
  EXPECT_FALSE(latest(got, "config").at("ok").as_bool());
  EXPECT_EQ(latest(got, "config").at("error").as_string(), "line 3: error: no");
  EXPECT_EQ(latest(until_has(client, "\"config_error\":\"line 3"), "status")
                .at("config_error")
                .as_string(),
            "line 3: error: no");
}

TEST_F(Events, RecordsComeWithTheirIdsAndFromWhereTheClientWas) {
  auto client = listen("?after=3");
  auto const got = until_has(client, "event: record");
  EXPECT_THAT(got, HasSubstr("event: record\nid: 7\ndata: {\"kind\":\"end\",\"id\":7}\n\n"));
  ASSERT_EQ(controls.logs.size(), 2u);
  EXPECT_EQ(controls.logs[1].first.after, 3);
  EXPECT_FALSE(controls.logs[1].first.newest);

  controls.logs.clear();
  auto again = listen("?after=3", "Last-Event-ID: 5\r\n");
  until_has(again, "event: record");
  EXPECT_EQ(controls.logs[1].first.after, 5) << "what the browser knows is newer";
}

TEST_F(Events, WithoutAPlaceTheyBeginNow) {
  auto client = listen();
  until_has(client, "event: status");
  controls.change({.inputs = {1}});
  EXPECT_THAT(until_has(client, "event: input"), Not(HasSubstr("event: record")));
  controls.log_reply = LogPage{{{.id = 8, .json = R"({"kind":"trigger"})"}}, 8};
  controls.change({.records = true});
  EXPECT_THAT(until_has(client, "event: record"), HasSubstr("id: 8\n"));
  EXPECT_EQ(controls.logs.back().first.after, 7) << "the newest when it began";
}

TEST_F(Events, EachNewPictureIsTold) {
  controls.picture_records = {{.id = 3, .camera = "door"}};
  auto client = listen();
  until_has(client, "event: status");
  controls.picture_records = {{.id = 3, .camera = "door"}, {.id = 4, .camera = "yard"}};
  controls.change({.pictures = true});
  auto const picture = latest(until_has(client, "event: snapshot"), "snapshot");
  EXPECT_EQ(picture.at("id").as_int64(), 4);
  EXPECT_EQ(picture.at("url").as_string(), "/api/v1/snapshots/4");
  EXPECT_THAT(client.got, Not(HasSubstr("snapshots/3")));
}

TEST_F(Events, OneWhoLeavesMakesRoomAtOnce) {
  std::vector<RawClient> listeners;
  limits.connections_per_address = 64;
  start();
  for (int i = 0; i < 32; ++i) listeners.push_back(listen());
  for (auto& listener : listeners) until_has(listener, "event: status");
  auto refused = get("/api/v1/events");
  EXPECT_EQ(status(refused), 503);
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 10\r\n"));
  listeners.pop_back();  // which closes its connection
  EXPECT_TRUE(turn_until([&] { return controls.unfollowed > 0; }));
  auto client = listen();
  EXPECT_EQ(status(until_has(client, "event: status")), 200);
}

TEST_F(Events, WrongPlacesAreNamed) {
  EXPECT_EQ(status(get("/api/v1/events?after=x")), 400);
  EXPECT_EQ(status(get("/api/v1/events?since=1")), 400);
  EXPECT_EQ(status(get("/api/v1/events", "Last-Event-ID: x\r\n")), 400);
}

TEST_F(Events, OneWhoReadsNothingIsCutOff) {
  limits.write_stall = std::chrono::milliseconds{50};
  start();
  controls.state.config_error = std::string(1 << 20, 'x');
  auto client = listen();
  EXPECT_TRUE(turn_until([&] {
    controls.change({.config = true});
    return controls.unfollowed > 0;
  }));
}

TEST_F(Events, EndWhenTheUsersChange) {
  start({root, anna});
  auto client = listen("", as_anna);
  until_has(client, "event: status");
  HttpSpec spec;
  spec.port = 0;
  spec.users = {root};
  spec.tls = tls;
  ASSERT_TRUE(server->configure(spec));
  until_closed(client);
}

TEST_F(Events, EndWithTheServer) {
  auto client = listen();
  until_has(client, "event: status");
  server->stop();
  until_closed(client);
  EXPECT_FALSE(client.reset);
}

}  // namespace
}  // namespace snapcron
