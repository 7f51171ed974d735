// What each page and call does and says.

#include "live_server.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace snapcron {
namespace {

using testing::HasSubstr;

class Pages : public LiveServer {
 protected:
  Pages() { start(); }
  boost::json::value json(std::string const& reply) { return boost::json::parse(body(reply)); }
  std::string detail(std::string const& reply) {
    EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: application/problem+json\r\n"));
    auto const problem = json(reply);
    EXPECT_EQ(problem.at("status").to_number<int>(), status(reply));
    EXPECT_FALSE(problem.at("title").as_string().empty());
    return std::string{problem.at("detail").as_string()};
  }
};

TEST_F(Pages, InputTxtToTheByte) {
  EXPECT_EQ(body(get("/io/input.txt")),
            "input:1 current:0 last:1 pulse:2 time of change:12.22\n"
            "input:2 current:1 last:0 pulse:6 time of change:14.22\n");
  EXPECT_EQ(controls.reads, 1);
}

TEST_F(Pages, InputTxtAsThePrintedManualsHaveIt) {
  auto spec = any_port();
  spec.manual_input_txt = true;
  ASSERT_TRUE(server->configure(spec));
  EXPECT_EQ(body(get("/io/input.txt")),
            "input:1 current:0 last:1 pulse:2 time_of_change:12.22\n"
            "input:2 current:1 last:0 pulse:6 time_of_change:14.22\n");
}

TEST_F(Pages, AChangeShowsItsNewTimeAndAnotherZoneToo) {
  get("/io/input.txt");
  controls.input_readings[0].changed += std::chrono::minutes{38};
  EXPECT_THAT(get("/io/input.txt"), HasSubstr("time of change:13.00\n"));
}

TEST_F(Pages, PeekIsNoRead) {
  EXPECT_EQ(status(get("/io/input.txt?peek")), 200);
  EXPECT_EQ(status(get("/io/input.txt?x=y&peek=1")), 200);
  EXPECT_EQ(controls.reads, 0);
  EXPECT_EQ(status(get("/io/input.txt?peeking")), 200);
  EXPECT_EQ(status(get("/io/input.txt?x=peek")), 200);
  EXPECT_EQ(controls.reads, 2);
}

TEST_F(Pages, TheRelayPagesSwitchRelay1AndSaySo) {
  EXPECT_EQ(body(get("/io/relayon.txt")), "Relay is On\n");
  EXPECT_EQ(body(get("/io/relayoff.txt?any=thing")), "Relay is Off\n");
  ASSERT_EQ(controls.switched.size(), 2u);
  EXPECT_EQ(controls.switched[0].first, 1u);
  EXPECT_EQ(controls.switched[0].second.kind, RelayCommand::Kind::on);
  EXPECT_EQ(controls.switched[1].second.kind, RelayCommand::Kind::off);
}

TEST_F(Pages, ARelayThatCannotBeSwitchedIsNoSuccess) {
  controls.relay_error = Error{Fault::gone, "relay 1: its chip has vanished"};
  auto const reply = get("/io/relayon.txt");
  EXPECT_EQ(status(reply), 503);
  EXPECT_EQ(detail(reply), "relay 1: its chip has vanished");
}

TEST_F(Pages, IndexesNameTheirPages) {
  for (auto const* name : {"input.txt", "relayon.txt", "relayoff.txt"}) {
    EXPECT_THAT(get("/io/"), HasSubstr(name));
    EXPECT_THAT(get("/io"), HasSubstr(name));
  }
  EXPECT_THAT(get("/"), HasSubstr("/api/v1/status"));
  EXPECT_EQ(body(get("/healthz")), "ok\n");
}

TEST_F(Pages, StatusIsTheContractsDocument) {
  auto const reply = get("/api/v1/status");
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: application/json\r\n"));
  auto const status = json(reply);
  auto const& input = status.at("inputs").at(0);
  EXPECT_EQ(input.at("number").to_number<int>(), 1);
  EXPECT_EQ(input.at("name").as_string(), "front-door");
  EXPECT_EQ(input.at("level").as_string(), "low");
  EXPECT_EQ(input.at("edges").to_number<int>(), 5);
  EXPECT_EQ(input.at("pulses").to_number<int>(), 2);
  EXPECT_EQ(input.at("lost").to_number<int>(), 0);
  EXPECT_EQ(input.at("changed").as_string(), "2026-03-01T12:22:05.250+01:00");
  EXPECT_DOUBLE_EQ(input.at("last_duration").as_double(), 0.512);
  EXPECT_TRUE(status.at("inputs").at(1).at("changed").is_null());
  EXPECT_TRUE(status.at("inputs").at(1).at("last_duration").is_null());
  EXPECT_EQ(status.at("relays").at(1).at("state").as_string(), "on");
  EXPECT_EQ(status.at("cameras").at(1).at("state").as_string(), "lost");
  EXPECT_TRUE(status.at("cameras").at(1).at("last").is_null());
  EXPECT_TRUE(status.at("cameras").at(1).at("buffer").is_null());
  auto const& rule = status.at("rules").at(0);
  EXPECT_EQ(rule.at("runs").to_number<int>(), 3);
  EXPECT_TRUE(rule.at("enabled").as_bool());
  EXPECT_EQ(rule.at("skipped").at("condition").to_number<int>(), 2);
  EXPECT_EQ(rule.at("next").as_string(), "2026-03-01T22:22:05+01:00");
  EXPECT_EQ(status.at("pictures").to_number<int>(), 3);
  EXPECT_EQ(status.at("deliveries").at("queued").to_number<int>(), 0);
  EXPECT_EQ(controls.reads + controls.peeks, 0) << "the API never disturbs input.txt";
}

TEST_F(Pages, InputsAndRelaysByNumberOrName) {
  EXPECT_EQ(json(get("/api/v1/inputs")).as_array().size(), 2u);
  EXPECT_EQ(json(get("/api/v1/relays")).as_array().size(), 2u);
  EXPECT_EQ(json(get("/api/v1/inputs/2")).at("name").as_string(), "window");
  EXPECT_EQ(json(get("/api/v1/inputs/window")).at("number").to_number<int>(), 2);
  EXPECT_EQ(json(get("/api/v1/relays/lamp")).at("number").to_number<int>(), 2);
  auto const reply = get("/api/v1/relays/9");
  EXPECT_EQ(status(reply), 404);
  EXPECT_EQ(detail(reply), "there is no relay '9'; configured: 1 (strike), 2 (lamp)");
  EXPECT_EQ(status(get("/api/v1/inputs/1/x")), 404);
  EXPECT_EQ(status(get("/api/v1/inputs/")), 404);
}

TEST_F(Pages, ARelayIsSwitchedByAPost) {
  auto const reply = post("/api/v1/relays/strike",
                          R"({"action":"pulse","duration":"250ms","count":3,"gap":"1s"})");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(json(reply).at("state").as_string(), "on");
  ASSERT_EQ(controls.switched.size(), 1u);
  RelayCommand const wanted{RelayCommand::Kind::pulse, std::chrono::milliseconds{250}, 3,
                            std::chrono::seconds{1}};
  EXPECT_EQ(controls.switched[0].second, wanted);
  EXPECT_EQ(status(post("/api/v1/relays/1", R"({"action":"pulse"})")), 200);
  EXPECT_EQ(controls.switched[1].second, RelayCommand{}) << "500 ms when not said";
}

TEST_F(Pages, EveryMistakeInABodyIsNamed) {
  struct Mistake {
    char const *path, *body, *detail;
  };
  for (auto const& m : std::vector<Mistake>{
           {"relays/1", "", "the body is not valid JSON"},
           {"relays/1", "{", "the body is not valid JSON"},
           {"relays/1", "{} x", "the body is not valid JSON"},
           {"relays/1", "[]", "the body must be a JSON object"},
           {"relays/1", "{}", "'action' must be one of on, off, toggle, pulse"},
           {"relays/1", R"({"action":"fly"})", "'action' must be one of on, off, toggle, pulse"},
           {"relays/1", R"({"action":1})", "'action' must be a string"},
           {"relays/1", R"({"action":"on","duration":"1s"})", "go with \"action\": \"pulse\" only"},
           {"relays/1", R"({"action":"pulse","duration":500})",
            "'duration' must be a duration in quotes"},
           {"relays/1", R"({"action":"pulse","duration":"fast"})", "fast"},
           {"relays/1", R"({"action":"pulse","duration":"0s"})",
            "'duration' must be longer than zero"},
           {"relays/1", R"({"action":"pulse","count":0})",
            "'count' must be a whole number from 1 to 1000"},
           {"relays/1", R"({"action":"pulse","count":1.5})",
            "'count' must be a whole number from 1 to 1000"},
           {"relays/1", R"({"action":"pulse","colour":"red"})",
            "unknown key 'colour' (known: action, duration, count, gap)"},
           {"inputs/1", "{}", "give either 'level' or 'pulse'"},
           {"inputs/1", R"({"level":"high","pulse":"1s"})", "give either 'level' or 'pulse'"},
           {"inputs/1", R"({"level":"up"})", "'level' must be high or low"},
           {"inputs/1", R"({"pulse":"2h"})", "'pulse' may last 1h at most"},
           {"snapshots", R"({"camera":1})", "'camera' must be a string"},
           {"snapshots", R"({"relay":"on"})", "'relay' must be an object"},
           {"snapshots", R"({"relay":{"action":"x"}})", "'relay': 'action' must be one of"},
           {"snapshots", R"({"count":100,"interval":"2m"})", "may take 1h at most"}}) {
    SCOPED_TRACE(m.body);
    auto const reply = post(std::string{"/api/v1/"} + m.path, m.body);
    EXPECT_EQ(status(reply), 400);
    EXPECT_THAT(detail(reply), HasSubstr(m.detail));
  }
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Pages, AnInputOfTheSimulatedChipIsDriven) {
  EXPECT_EQ(json(post("/api/v1/inputs/front-door", R"({"level":"high"})")).at("level").as_string(),
            "high");
  EXPECT_EQ(status(post("/api/v1/inputs/1", R"({"pulse":"50ms"})")), 200);
  ASSERT_EQ(controls.driven.size(), 2u);
  EXPECT_EQ(controls.driven[0].second.kind, InputDrive::Kind::high);
  EXPECT_EQ(controls.driven[1].second.kind, InputDrive::Kind::pulse);
  EXPECT_EQ(controls.driven[1].second.duration, std::chrono::milliseconds{50});
  controls.real_chip = true;
  auto const refused = post("/api/v1/inputs/1", R"({"level":"high"})");
  EXPECT_EQ(status(refused), 409);
  EXPECT_EQ(detail(refused), "input 1 is on a real chip");
}

TEST_F(Pages, ARuleIsFiredOrSaysWhyNot) {
  EXPECT_EQ(body(post("/api/v1/rules/door-open/trigger", "")), "{\"fired\":true}\n");
  EXPECT_EQ(status(post("/api/v1/rules/d%C3%B6rr%2Foben/trigger", "{}")), 200);
  EXPECT_EQ(controls.triggered.back(), "dörr/oben");
  controls.trigger_reply = {false, "cooldown", "12 s of the cooldown are left"};
  auto const skipped = post("/api/v1/rules/door-open/trigger", "");
  EXPECT_EQ(status(skipped), 409);
  EXPECT_EQ(json(skipped),
            boost::json::parse(R"({"type": "about:blank", "title": "Conflict", "status": 409,)"
                               R"( "detail": "12 s of the cooldown are left", "fired": false,)"
                               R"( "reason": "cooldown"})"));
  auto const unknown = post("/api/v1/rules/nobody/trigger", "");
  EXPECT_EQ(status(unknown), 404);
  EXPECT_EQ(detail(unknown), "there is no rule 'nobody'");
}

TEST_F(Pages, SnapshotsAreStoredAndTheirPathsTold) {
  auto const reply =
      post("/api/v1/snapshots",
           R"({"camera":"door","count":2,"interval":"1s","relay":{"action":"pulse"}})");
  EXPECT_EQ(status(reply), 201);
  EXPECT_EQ(body(reply), "{\"paths\":[\"/pictures/1.jpg\"],\"pictures\":[]}\n");
  ASSERT_EQ(controls.snapshots.size(), 1u);
  EXPECT_EQ(controls.snapshots[0].camera, "door");
  EXPECT_EQ(controls.snapshots[0].count, 2u);
  EXPECT_TRUE(controls.snapshots[0].relay.has_value());
  EXPECT_TRUE(controls.snapshots[0].store);
  EXPECT_EQ(status(post("/api/v1/snapshots", "", "")), 201)
      << "no body: one picture of the first camera";
}

TEST_F(Pages, SnapshotsAreToldAsTheListHasThem) {
  controls.snapshot_reply.pictures = controls.picture_records = {
      {.id = 7, .path = "/pictures/1.jpg", .camera = "door", .bytes = 4}};
  auto const taken = json(post("/api/v1/snapshots", "{}"));
  EXPECT_EQ(taken.at("pictures"), json(get("/api/v1/snapshots")).at("snapshots"));
  EXPECT_EQ(taken.at("pictures").at(0).at("url").as_string(), "/api/v1/snapshots/7");
}

TEST_F(Pages, ACamerasFaultIsABadGateway) {
  controls.snapshot_reply = {{}, nullptr, Error{Fault::camera, "camera 'door': no route"}, {}};
  auto const reply = post("/api/v1/snapshots", R"({"camera":"door"})");
  EXPECT_EQ(status(reply), 502);
  EXPECT_EQ(detail(reply), "camera 'door': no route");
  controls.look_reply = Error{Fault::camera, "camera 'door': no route"};
  controls.most_looks = 9;
  for (auto const* page : {"/api/v1/cameras/door/picture", "/axis-cgi/jpg/image.cgi",
                           "/fullsize.jpg", "/axis-cgi/mjpg/video.cgi"})
    EXPECT_EQ(status(get(page)), 502) << page;
}

TEST_F(Pages, NumbersArePlain) {
  controls.state.relays[0].max_on = std::chrono::seconds{10};
  EXPECT_THAT(body(get("/api/v1/status")), HasSubstr("\"max_on\":10}"));
}

TEST_F(Pages, AFailedSnapshotKeepsWhatWasTaken) {
  controls.snapshot_reply.capture_error = Error{Fault::timed_out, "camera 'door': no byte for 5 s"};
  controls.snapshot_reply.relay_error = Error{Fault::failed, "relay 1: I/O error"};
  auto const reply = post("/api/v1/snapshots", "{}");
  EXPECT_EQ(status(reply), 504);
  EXPECT_EQ(detail(reply), "camera 'door': no byte for 5 s");
  EXPECT_EQ(json(reply).at("error").as_string(), "camera 'door': no byte for 5 s");
  EXPECT_EQ(json(reply).at("relay_error").as_string(), "relay 1: I/O error");
  EXPECT_EQ(json(reply).at("paths").at(0).as_string(), "/pictures/1.jpg");
}

TEST_F(Pages, ARelayErrorAloneDoesNotSpoilThePicture) {
  controls.snapshot_reply.relay_error = Error{Fault::failed, "relay 1:\r\nI/O error"};
  auto const stored = post("/api/v1/snapshots", "{}");
  EXPECT_EQ(status(stored), 201);
  EXPECT_EQ(json(stored).at("relay_error").as_string(), "relay 1:\r\nI/O error");
  auto const picture =
      post("/api/v1/snapshots", "{}", "Content-Type: application/json\r\nAccept: image/jpeg\r\n");
  EXPECT_EQ(status(picture), 200);
  EXPECT_THAT(picture, HasSubstr("\r\nContent-Type: image/jpeg\r\n"));
  EXPECT_THAT(picture, HasSubstr("\r\nX-Relay-Error: relay 1:??I/O error\r\n"))
      << "no second header line";
  EXPECT_EQ(body(picture), "JPEG");
}

TEST_F(Pages, APictureOnTheWireIsOne) {
  EXPECT_EQ(status(post("/api/v1/snapshots", R"({"count":2})",
                        "Content-Type: application/json\r\nAccept: image/jpeg\r\n")),
            400);
  controls.snapshot_reply.capture_error = Error{Fault::bad_picture, "camera 'door': not a JPEG"};
  auto const reply =
      post("/api/v1/snapshots", "{}", "Content-Type: application/json\r\nAccept: image/jpeg\r\n");
  EXPECT_EQ(status(reply), 502);
  EXPECT_EQ(detail(reply), "camera 'door': not a JPEG");
}

TEST_F(Pages, AReloadSaysWhatIsWrong) {
  EXPECT_EQ(body(post("/api/v1/reload", "")), "reloaded\n");
  controls.reload_reply =
      Error{Fault::invalid, "site.yaml:3:1: error: unknown key 'inptus'\n    inptus:\n    ^\n"};
  auto const refused = post("/api/v1/reload", "");
  EXPECT_EQ(status(refused), 422);
  EXPECT_EQ(detail(refused), "site.yaml:3:1: error: unknown key 'inptus'\n    inptus:\n    ^\n");
}

TEST_F(Pages, MetricsAreInPrometheusFormat) {
  controls.state.rules[0].name = "a \"quoted\" \\ name\nof two lines";
  auto const reply = get("/metrics");
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  auto const text = body(reply);
  EXPECT_THAT(text, HasSubstr("# TYPE snapcron_input_edges_total counter\n"
                              "snapcron_input_edges_total{input=\"1\",name=\"front-door\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("snapcron_relay_on{relay=\"2\",name=\"lamp\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("snapcron_camera_up{camera=\"yard\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("snapcron_rule_skipped_total{rule=\"a \\\"quoted\\\" \\\\ name\\nof "
                              "two lines\",reason=\"condition\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "snapcron_camera_last_picture_timestamp_seconds{camera=\"door\"} 1772364125.250\n"));
  EXPECT_THAT(text, HasSubstr("\nsnapcron_pictures_total 3\n"));
}

TEST_F(Pages, MetricsHaveHistograms) {
  for (auto const took : {2, 3, 30, 60'000})
    controls.measured.edge_to_action.add(std::chrono::milliseconds{took});
  auto const text = body(get("/metrics"));
  EXPECT_THAT(text, HasSubstr("# TYPE snapcron_edge_to_action_seconds histogram\n"));
  for (auto const* line :
       {"_bucket{le=\"0.001\"} 0", "_bucket{le=\"0.002\"} 1", "_bucket{le=\"0.005\"} 2",
        "_bucket{le=\"0.05\"} 3", "_bucket{le=\"5\"} 3", "_bucket{le=\"+Inf\"} 4", "_sum 60.035000",
        "_count 4"})
    EXPECT_THAT(text, HasSubstr(std::string{"\nsnapcron_edge_to_action_seconds"} + line + "\n"));
}

TEST_F(Pages, RulesAreSwitchedAndTheLogLearnsByWhom) {
  EXPECT_EQ(json(post("/api/v1/rules/door-open/disable", "", "")),
            boost::json::parse(R"({"enabled": false, "changed": true})"));
  ASSERT_EQ(controls.enabled_rules.size(), 1u);
  EXPECT_EQ(controls.enabled_rules[0], std::tuple("door-open", false, ""));
  EXPECT_FALSE(json(get("/api/v1/rules")).at(0).at("enabled").as_bool());
  EXPECT_EQ(status(post("/api/v1/rules/nobody/enable", "", "")), 404);
}

TEST_F(Pages, WhoAsksLearnsWhatTheyMay) {
  EXPECT_EQ(json(get("/api/v1/me")), boost::json::parse(R"({"name": null, "role": "user"})"));
  start({root, anna});
  EXPECT_EQ(json(get("/api/v1/me", as_root)),
            boost::json::parse(R"({"name": "root", "role": "user"})"));
  EXPECT_EQ(json(get("/api/v1/me", as_anna)),
            boost::json::parse(R"({"name": "anna", "role": "viewer"})"));
}

TEST_F(Pages, ACheckTellsEveryMistakeAndLoadsNothing) {
  EXPECT_EQ(status(post("/api/v1/check", "")), 200);
  controls.reload_reply =
      Error{Fault::invalid, "site.yaml:3:1: error: one\nsite.yaml:4:1: error: two\n"};
  auto const reply = post("/api/v1/check", "");
  EXPECT_EQ(status(reply), 422);
  EXPECT_THAT(detail(reply), HasSubstr("error: two"));
  EXPECT_EQ(controls.reloads, 0);
}

}  // namespace
}  // namespace snapcron
