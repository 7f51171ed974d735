// Who may do what: every route with every kind of caller, and what a browser sends for a page of
// another site.

#include "http/router.hpp"
#include "http/token.hpp"
#include "live_server.hpp"
#include "web/page_files.hpp"

namespace snapcron {
namespace {

using http::Method;
using http::Permission;
using testing::HasSubstr;
using testing::Not;

struct Target {
  std::string method, path, body;
  Permission permission;
};

std::string what_stands_for_the_star(std::string const& path) {
  if (path.starts_with("/page/")) return std::string{web::version()} + "/main.js";
  return path.find("rules") == std::string::npos ? "1" : "door-open";
}

/// Every route of the table, with a name or number in place of "*".
std::vector<Target> every_route() {
  std::vector<Target> all;
  for (auto const& route : http::routes()) {
    Target target{route.method == Method::get ? "GET" : "POST", std::string{route.path}, "",
                  route.permission};
    if (auto const star = target.path.find('*'); star != std::string::npos)
      target.path.replace(star, 1, what_stands_for_the_star(target.path));
    if (target.path == "/api/v1/login") target.body = R"({"name":"root","password":"s3cret"})";
    if (target.path.ends_with("?action")) {
      target.path += target.path.find("virtual") == std::string::npos ? "=1:/" : "=6:/";
    } else if (target.path.find('?') != std::string::npos &&
               target.path.find('=') == std::string::npos) {
      target.path += "=1";  // check, monitor
    }
    if (target.path.ends_with("param.cgi")) target.path += "?action=list";
    if (target.path.ends_with("activate.cgi")) target.path += "?schemaversion=1&port=6";
    if (target.method == "POST" && target.path.find("relays") != std::string::npos)
      target.body = R"({"action":"on"})";
    if (target.method == "POST" && target.path.find("inputs") != std::string::npos)
      target.body = R"({"level":"high"})";
    if (target.method == "POST" && target.path.find("axis-script") != std::string::npos)
      target.body = R"({"script":"%"})";
    if (target.method == "POST" && target.path.find("deliveries") != std::string::npos)
      target.body = R"({"all":true})";
    all.push_back(target);
  }
  return all;
}

class Access : public LiveServer {
 protected:
  Access() {
    limits.connections_per_address = 64;
    controls.picture_records = {{.id = 1, .path = "/pictures/1.jpg", .bytes = 10}};
  }

  int ask(Target const& target, std::string const& fields, std::string const& host = "localhost") {
    controls.looks.clear();
    controls.most_looks = 1;  // then a stream ends
    auto const length = target.method == "POST"
                            ? "Content-Length: " + std::to_string(target.body.size()) + "\r\n"
                            : "";
    auto const type = target.body.empty() ? "" : "Content-Type: application/json\r\n";
    auto const reply =
        exchange(target.method + " " + target.path + " HTTP/1.1\r\nHost: " + host +
                 "\r\nConnection: close\r\n" + fields + type + length + "\r\n" + target.body);
    EXPECT_THAT(reply, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
    return status(reply);
  }
};

TEST_F(Access, EveryRouteWithEveryKindOfCaller) {
  auto const reader = http::make_token(), switcher = http::make_token();
  auto const with = [](std::string const& token) {
    return "Authorization: Bearer " + token + "\r\n";
  };
  start({root,
         anna,
         {"reader", http::hash_token(reader), true},
         {"switcher", http::hash_token(switcher), false}});
  ASSERT_GE(every_route().size(), 40u);
  for (auto const& target : every_route()) {
    SCOPED_TRACE(target.method + " " + target.path);
    bool const open = target.permission == Permission::none;
    bool const operates = target.permission == Permission::operate;
    int const without = open ? 200 : 401;
    EXPECT_EQ(ask(target, ""), without);
    EXPECT_EQ(ask(target, "Authorization: Bearer x\r\n"), without);
    EXPECT_EQ(ask(target, "Authorization: Basic !!!\r\n"), without);
    EXPECT_EQ(ask(target, "Authorization: Basic cm9vdA==\r\n"), without) << "no colon";
    EXPECT_TRUE(controls.untouched());
    EXPECT_EQ(controls.reads, 0) << "a refused request is no read";
    EXPECT_EQ(ask(target, as_anna), operates ? 403 : 200);
    EXPECT_EQ(ask(target, with(reader)), operates ? 403 : 200);
    EXPECT_TRUE(controls.untouched()) << "a viewer has done something";
    for (auto const& user : {std::string{as_root}, with(switcher)}) {
      int const done = ask(target, user);
      EXPECT_TRUE(done == 200 || done == 201) << done;
      if (operates) {
        EXPECT_FALSE(controls.untouched());
      }
      controls.forget();
    }
  }
}

TEST_F(Access, TheTableSaysWhatSwitchesAndWhatIsOpen) {
  std::vector<std::string> open, operating;
  for (auto const& target : every_route()) {
    if (target.permission == Permission::none) open.push_back(target.path);
    if (target.permission == Permission::operate)
      operating.push_back(target.method + " " + target.path);
    EXPECT_TRUE(target.method != "POST" || target.permission != Permission::read) << target.path;
  }
  EXPECT_THAT(open, testing::UnorderedElementsAre(
                        "/healthz", "/login", "/page/" + std::string{web::version()} + "/main.js",
                        "/api/v1/login", "/api/v1/logout"));
  EXPECT_THAT(
      operating,
      testing::UnorderedElementsAre(
          "GET /io/relayon.txt", "GET /io/relayoff.txt", "GET /io?relay=on", "GET /io?relay=off",
          "GET /axis-cgi/io/output.cgi?action=1:/", "GET /axis-cgi/io/port.cgi?action=1:/",
          "GET /axis-cgi/io/virtualinput.cgi?action=6:/",
          "GET /axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=6",
          "GET /axis-cgi/virtualinput/deactivate.cgi?schemaversion=1&port=6",
          "POST /api/v1/inputs/1", "POST /api/v1/relays/1", "POST /api/v1/rules/door-open/trigger",
          "POST /api/v1/rules/door-open/enable", "POST /api/v1/rules/door-open/disable",
          "POST /api/v1/check", "POST /api/v1/webhooks/1", "POST /api/v1/deliveries/retry",
          "POST /api/v1/deliveries/drop", "POST /api/v1/snapshots", "POST /api/v1/reload",
          "POST /api/v1/axis-script"));
}

TEST_F(Access, WrongPasswordsAndUnknownUsersAreRefusedAlike) {
  start({root, anna});
  auto const wrong = get("/io/input.txt", as_wrong);
  auto const nobody = get("/io/input.txt", as_nobody);
  auto const absent = get("/io/input.txt");
  EXPECT_EQ(status(wrong), 401);
  EXPECT_EQ(body(wrong), body(nobody));
  EXPECT_EQ(body(wrong), body(absent));
  EXPECT_THAT(wrong,
              HasSubstr("\r\nWWW-Authenticate: Basic realm=\"snapcron\", charset=\"UTF-8\"\r\n"));
  EXPECT_THAT(wrong, HasSubstr("application/problem+json"));
  EXPECT_EQ(controls.reads, 0);
}

TEST_F(Access, WhoSendsATokenIsChallengedForAToken) {
  start({root});
  auto const reply = get("/api/v1/status", "Authorization: Bearer snapcron_0\r\n");
  EXPECT_EQ(status(reply), 401);
  EXPECT_THAT(
      reply,
      HasSubstr("\r\nWWW-Authenticate: Bearer realm=\"snapcron\", error=\"invalid_token\"\r\n"));
}

TEST_F(Access, WhatIsNotThereIsNotToldToStrangers) {
  start({root});
  EXPECT_EQ(status(get("/nothing")), 401);
  EXPECT_EQ(status(get("/api/v1/reload")), 401);
  EXPECT_EQ(status(get("/nothing", as_root)), 404);
  auto const reply = get("/api/v1/reload", as_root);
  EXPECT_EQ(status(reply), 405);
  EXPECT_THAT(reply, HasSubstr("\r\nAllow: POST\r\n"));
}

TEST_F(Access, APageThatIsReadAndPostedNamesBothMethods) {
  start();
  auto const reply =
      exchange("PUT /api/v1/relays/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(reply), 405);
  EXPECT_THAT(reply, HasSubstr("\r\nAllow: GET, HEAD, POST\r\n"));
}

TEST_F(Access, AKeptConnectionIsJudgedAtEveryRequest) {
  start({root, anna});
  auto client = connect();
  auto const request = [](std::string const& fields) {
    return "GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
  };
  client.send(request(as_root) + request("") + request(as_anna) + request(as_wrong) +
              request(as_root));
  client.finish();
  EXPECT_EQ(statuses(until_closed(client)), (std::vector<int>{200, 401, 403, 401, 200}));
  EXPECT_EQ(controls.switched.size(), 2u);
}

TEST_F(Access, WithPasswordsAnyHostIsGood) {
  start({root});
  EXPECT_EQ(ask({"GET", "/io/input.txt", "", Permission::read}, as_root, "camera.example"), 200);
}

TEST_F(Access, WithoutPasswordsOnlyLoopbackNamesAreServed) {
  start();
  for (auto const* host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "127.1.2.3",
                           "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]"})
    EXPECT_EQ(ask({"GET", "/io/input.txt", "", Permission::read}, "", host), 200) << host;
  for (auto const* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost",
        "10.0.0.1", "[::2]", "0.0.0.0", "0x7f000001", "2130706433", "127.1"})
    EXPECT_EQ(ask({"GET", "/io/relayon.txt", "", Permission::read}, "", host), 421) << host;
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Access, APageOfAnotherSiteSwitchesNothing) {
  start();
  struct Browser {
    char const* fields;
    bool passes;
  };
  std::vector<Browser> const browsers = {
      {"", true},  // curl, wget, an old client
      {"Sec-Fetch-Site: none\r\n", true},
      {"Sec-Fetch-Site: same-origin\r\n", true},
      {"Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost\r\n", true},
      {"Origin: http://localhost\r\n", true},
      {"Origin: http://LOCALHOST:80\r\n", true},
      {"Referer: http://localhost/io/\r\n", true},
      {"Referer: http://localhost\r\n", true},
      {"Sec-Fetch-Site: cross-site\r\n", false},
      {"Sec-Fetch-Site: same-site\r\n", false},
      {"Sec-Fetch-Site: whatever-comes\r\n", false},
      {"sec-fetch-site: cross-site\r\n", false},
      {"Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost\r\n", false},
      {"Sec-Fetch-Site: none\r\nOrigin: http://evil.example\r\n", false},
      {"Origin: http://evil.example\r\n", false},
      {"Origin: null\r\n", false},
      {"Origin:\r\n", false},
      {"Origin: http://localhost:8081\r\n", false},
      {"Origin: https://localhost\r\n", true},  // behind a proxy that speaks TLS
      {"Origin: http://localhost.evil.example\r\n", false},
      {"Origin: http://evil.example/localhost\r\n", false},
      {"Origin: http://localhost@evil.example\r\n", false},
      {"Origin: file://\r\n", false},
      {"Referer: http://evil.example/localhost\r\n", false},
      {"Referer: http://evil.example/?http://localhost/\r\n", false},
      {"Referer: about:blank\r\n", false},
      {"Sec-Fetch-Site: none\r\nSec-Purpose: prefetch\r\n", false},
      {"Purpose: prefetch\r\n", false},
  };
  for (auto const& target : every_route()) {
    if (target.permission != Permission::operate) continue;
    for (auto const& browser : browsers) {
      SCOPED_TRACE(target.method + " " + target.path + " " + browser.fields);
      controls.switched.clear();
      int const result = ask(target, browser.fields);
      bool const in_the_open =
          std::string_view{browser.fields}.find(": http:") != std::string::npos;
      if (browser.passes && !(over_tls && in_the_open)) {
        EXPECT_LT(result, 300);
        controls.forget();
      } else {
        EXPECT_EQ(result, 403);
        EXPECT_TRUE(controls.untouched());
      }
    }
  }
  for (auto const& browser : browsers)
    EXPECT_EQ(ask({"GET", "/io/input.txt", "", Permission::read}, browser.fields), 200)
        << "reading may be linked to";
}

/// The pages of VAPIX, asked by a form with the same parameters.
std::vector<Target> every_form() {
  std::vector<Target> all;
  for (auto target : every_route()) {
    if (!target.path.starts_with("/axis-cgi/")) continue;
    auto const query = std::min(target.path.find('?'), target.path.size());
    target.body = target.path.substr(std::min(query + 1, target.path.size()));
    target.path.resize(query);
    target.method = "POST";
    all.push_back(target);
  }
  return all;
}

constexpr char const* as_form = "Content-Type: application/x-www-form-urlencoded\r\n";

TEST_F(Access, AFormIsAskedForTheSameRightsAsItsAddress) {
  start({root, anna});
  ASSERT_GE(every_form().size(), 12u);
  for (auto const& target : every_form()) {
    SCOPED_TRACE(target.path + " " + target.body);
    bool const operates = target.permission == Permission::operate;
    auto const ask_as = [&](std::string const& fields) {
      controls.looks.clear();
      controls.most_looks = 1;
      return status(post(target.path, target.body, as_form + fields));
    };
    EXPECT_EQ(ask_as(""), 401);
    EXPECT_EQ(ask_as(as_wrong), 401);
    EXPECT_EQ(ask_as(as_anna), operates ? 403 : 200);
    EXPECT_EQ(ask_as(std::string{as_root} + "Origin: http://evil.example\r\n"),
              operates ? 403 : 200);
    EXPECT_EQ(ask_as(std::string{as_root} + "Sec-Fetch-Site: cross-site\r\n"),
              operates ? 403 : 200);
    if (operates) {
      EXPECT_TRUE(controls.untouched());
    }
    EXPECT_EQ(ask_as(as_root), 200);
    if (operates) {
      EXPECT_FALSE(controls.untouched());
    }
    controls.forget();
  }
}

TEST_F(Access, AFormCannotPostToTheApi) {
  start();
  for (auto const* type : {"text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "application/jsonx", ""})
    for (auto const* browser :
         {over_tls ? "Origin: https://localhost\r\n" : "Origin: http://localhost\r\n",
          "Sec-Fetch-Site: none\r\n", "Cookie: a=b\r\n"})
      EXPECT_EQ(
          status(post("/api/v1/relays/1", R"({"action":"on"})",
                      browser + (*type ? "Content-Type: " + std::string{type} + "\r\n" : ""))),
          415)
          << type << ' ' << browser;
  EXPECT_TRUE(controls.untouched());
  for (auto const* type : {"application/json", "Application/JSON; charset=utf-8"})
    EXPECT_EQ(status(post("/api/v1/relays/1", R"({"action":"on"})",
                          "Content-Type: " + std::string{type} + "\r\n")),
              200)
        << type;
}

TEST_F(Access, AProgramNeedNotSayThatItSendsJson) {
  start();
  for (auto const* type : {"", "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    EXPECT_EQ(status(post("/api/v1/relays/1", R"({"action":"on"})", type)), 200) << type;
    EXPECT_EQ(status(post("/api/v1/relays/1", "action=on", type)), 400) << type;
  }
}

TEST_F(Access, HeadDoesWhatGetSaysWithoutDoingIt) {
  start();
  controls.most_looks = 1;
  auto const head = [&](std::string const& path) {
    return exchange("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  };
  for (auto const& target : every_route()) {
    if (target.method != "GET") continue;
    SCOPED_TRACE(target.path);
    auto const reply = head(target.path);
    EXPECT_EQ(status(reply), target.path == "/login" ? 303 : 200);  // nobody is to log in here
    EXPECT_EQ(body(reply), "");
    EXPECT_TRUE(controls.untouched());
    EXPECT_EQ(controls.reads, 0);
    controls.forget();
    auto const like_get = get(target.path);
    EXPECT_EQ(
        reply.substr(reply.find("Content-Type")),
        like_get.substr(like_get.find("Content-Type"), reply.size() - reply.find("Content-Type")));
    controls.forget();
  }
  EXPECT_EQ(status(head("/api/v1/reload")), 405);
}

TEST_F(Access, AViewersHeadOfASwitchIsRefusedLikeTheGet) {
  start({root, anna});
  auto const reply = exchange(
      std::string{"HEAD /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"} +
      as_anna + "\r\n");
  EXPECT_EQ(status(reply), 403);
  EXPECT_EQ(body(reply), "");
}

TEST_F(Access, AnOldClientSendsItsPasswordAtOnceOrAfterTheRefusal) {
  start({root});
  EXPECT_EQ(status(exchange("GET /io/relayon.txt HTTP/1.0\r\n\r\n")), 401);
  auto const reply = exchange(std::string{"GET /io/relayon.txt HTTP/1.0\r\n"} + as_root + "\r\n");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(body(reply), "Relay is On\n");
}

TEST_F(Access, AViewerIsShownNoSecretsOfTheConfiguration) {
  start({root, anna});
  controls.state.config_error = "f:1:1: error: unknown key 'x'\n    x: CANARY\n    ^\n";
  controls.script = "* * * * * :\nftp -pass CANARY -host nas;\n%\n";
  for (auto const* page : {"/api/v1/status", "/api/v1/axis-script"}) {
    EXPECT_THAT(body(get(page, as_root)), HasSubstr("CANARY")) << page;
    EXPECT_THAT(body(get(page, as_anna)), Not(HasSubstr("CANARY"))) << page;
  }
  EXPECT_THAT(body(get("/api/v1/status", as_anna)),
              HasSubstr("\"config_error\":\"f:1:1: error: unknown key 'x'\\n\""));
  EXPECT_EQ(body(get("/api/v1/axis-script", as_anna)),
            "* * * * * :\nftp -pass ****** -host nas;\n%\n");
  for (auto const* user : {as_root, as_anna}) {
    auto client = connect();
    client.send(std::string{"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n"} + user + "\r\n");
    until_has(client, "event: status");
    controls.change({.config = true});
    until_has(client, "event: config");
    EXPECT_TRUE(turn_until([&] {
      client.read();
      return client.got.rfind("event: status") > client.got.find("event: config") &&
             client.got.ends_with("\n\n");
    }));
    EXPECT_EQ(client.got.find("CANARY") != client.got.npos, user == as_root);
  }
}

TEST_F(Access, AReloadForgetsWhoMayComeIn) {
  start({root});
  EXPECT_EQ(status(get("/io/input.txt", as_root)), 200);
  auto spec = any_port();
  spec.users = {anna};
  ASSERT_TRUE(server->configure(spec));
  EXPECT_EQ(status(get("/io/input.txt", as_root)), 401);
  EXPECT_EQ(status(get("/io/input.txt", as_anna)), 200);
}

TEST_F(Access, TenThousandGuessesAreFewEvaluationsAndAKnownUserIsNotDisturbed) {
  start({root});
  EXPECT_EQ(status(get("/io/input.txt", as_root)), 200);
  std::map<int, int> count;
  auto client = connect();
  limits.requests = 1000;
  for (int i = 0; i < 300; ++i) {
    client.send(std::string{"GET /io/input.txt HTTP/1.1\r\nHost: localhost\r\n"} + as_wrong +
                "\r\n");
    until_has(client, "\r\n\r\n");
    ++count[status(client.got)];
    client.got.clear();
  }
  EXPECT_EQ(count[401], 20);
  EXPECT_EQ(count[429], 280);
  EXPECT_EQ(status(get("/io/input.txt", as_root)), 200);
}

}  // namespace
}  // namespace snapcron
