// The log-in of the page: a cookie in place of a password, for browsers.

#include "live_server.hpp"

#include "http/logins.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <regex>

namespace snapcron {
namespace {

using http::login_cookie_in;
using http::Logins;
using http::Verdict;
using http::Visitor;
using testing::HasSubstr;
using testing::Not;

constexpr Instant begun{std::chrono::hours{24 * 1000}};

Visitor anna_looks() {
  return {Verdict::viewer, "anna"};
}

TEST(LoginCookies, ACookieIsKnownAgainUntilItsLogOut) {
  Logins logins;
  auto const anna = logins.begin(anna_looks(), begun);
  auto const root = logins.begin({Verdict::user, "root"}, begun);
  ASSERT_TRUE(logins.find(anna, begun));
  EXPECT_EQ(logins.find(anna, begun)->name, "anna");
  EXPECT_EQ(logins.find(root, begun)->verdict, Verdict::user);
  logins.end(anna);
  EXPECT_FALSE(logins.find(anna, begun));
  EXPECT_TRUE(logins.find(root, begun));
}

TEST(LoginCookies, ACookieIs256RandomBits) {
  Logins logins;
  auto const one = logins.begin(anna_looks(), begun);
  auto const other = logins.begin(anna_looks(), begun);
  EXPECT_NE(one, other);
  EXPECT_TRUE(std::regex_match(one, std::regex{"[0-9a-f]{64}"})) << one;
}

TEST(LoginCookies, WhoDoesNotComeForAWeekMustLogInAgain) {
  Logins logins;
  auto const cookie = logins.begin(anna_looks(), begun);
  auto const later = begun + Logins::longest_idle - std::chrono::seconds{1};
  EXPECT_TRUE(logins.find(cookie, later));
  EXPECT_TRUE(logins.find(cookie, later + Logins::longest_idle - std::chrono::seconds{1}));
  EXPECT_FALSE(logins.find(cookie, later + 2 * Logins::longest_idle));
}

TEST(LoginCookies, NobodyStaysInForMoreThanAMonth) {
  Logins logins;
  auto const cookie = logins.begin(anna_looks(), begun);
  auto now = begun;
  for (; now < begun + Logins::longest; now += std::chrono::hours{24})
    ASSERT_TRUE(logins.find(cookie, now));
  EXPECT_FALSE(logins.find(cookie, now));
}

TEST(LoginCookies, WithOneTooManyTheOneThatIsUsedLeastIsForgotten) {
  Logins logins;
  auto const first = logins.begin(anna_looks(), begun);
  auto const second = logins.begin(anna_looks(), begun);
  for (std::size_t i = 2; i < Logins::at_once; ++i) logins.begin(anna_looks(), begun);
  EXPECT_TRUE(logins.find(first, begun + std::chrono::seconds{1}));
  logins.begin(anna_looks(), begun + std::chrono::seconds{2});
  EXPECT_TRUE(logins.find(first, begun + std::chrono::seconds{3}));
  EXPECT_FALSE(logins.find(second, begun + std::chrono::seconds{3}));
}

class KeptLogins : public testing::Test {
 protected:
  KeptLogins() {
    before.set_users({root, anna});
    cookie = before.begin(anna_looks(), begun);
    after.set_users({root, anna});
  }
  Logins before, after;
  std::string cookie;
};

TEST_F(KeptLogins, AreGoodAfterARestart) {
  after.restore(before.all());
  auto const* const visitor = after.find(cookie, begun + std::chrono::hours{1});
  ASSERT_TRUE(visitor);
  EXPECT_EQ(visitor->name, "anna");
  EXPECT_EQ(visitor->verdict, Verdict::viewer);
  EXPECT_FALSE(after.find(cookie, begun + Logins::longest_idle + std::chrono::hours{2}));
}

TEST_F(KeptLogins, AreKeptWithoutWhatWouldLetAnybodyIn) {
  auto const text = boost::json::serialize(before.all());
  EXPECT_THAT(text, Not(HasSubstr(cookie)));
  EXPECT_THAT(text, Not(HasSubstr(anna.hash)));
}

TEST_F(KeptLogins, EndWhenTheUserIsGoneOrHasAnotherPasswordOrRole) {
  auto promoted = anna;
  promoted.viewer = false;
  for (auto const& users : {std::vector{root}, {root, User{"anna", root.hash, true}}, {promoted}}) {
    after.set_users(users);
    after.restore(before.all());
    EXPECT_FALSE(after.find(cookie, begun));
  }
  before.set_users({anna});
  EXPECT_TRUE(before.find(cookie, begun)) << "what becomes of another user is nothing to anna";
  before.set_users({promoted});
  EXPECT_FALSE(before.find(cookie, begun));
}

TEST_F(KeptLogins, WhatIsNoneIsLeftOut) {
  auto const restore = [&](std::string const& text) {
    after.restore(boost::json::parse(text).as_array());
  };
  restore(R"([1,null,{},{"name":"anna","cookie_sha256":7,"user_sha256":"x"}])");
  EXPECT_TRUE(after.all().empty());
  auto const text = boost::json::serialize(before.all());
  auto spoiled = text;
  spoiled.replace(spoiled.find("cookie_sha256") + 16, 1, "g");
  restore(spoiled);
  EXPECT_TRUE(after.all().empty());
  restore(std::regex_replace(text, std::regex{":[0-9]+"}, ":9223372036854775807"));
  EXPECT_TRUE(after.find(cookie, begun));
}

TEST_F(KeptLogins, TheDeviceStaysKnownWhenTheLogInIsOver) {
  EXPECT_TRUE(before.device(cookie, "anna", begun));
  EXPECT_FALSE(before.device(cookie, "root", begun)) << "anna's browser guesses for nobody else";
  EXPECT_FALSE(before.device("none", "anna", begun));
  before.end(cookie);
  EXPECT_FALSE(before.find(cookie, begun));
  EXPECT_TRUE(before.device(cookie, "anna", begun + Logins::longest));
  EXPECT_FALSE(before.device(cookie, "anna", begun + Logins::known_device));
  after.restore(before.all());
  EXPECT_FALSE(after.find(cookie, begun));
  EXPECT_TRUE(after.device(cookie, "anna", begun));
}

TEST_F(KeptLogins, TheDeviceStaysKnownWhenTheUserHasAnotherPassword) {
  User const other{"anna", root.hash, true};
  after.set_users({other});
  after.restore(before.all());
  before.set_users({other});
  for (auto* logins : {&before, &after}) {
    EXPECT_FALSE(logins->find(cookie, begun));
    EXPECT_TRUE(logins->device(cookie, "anna", begun));
    logins->set_users({root});
    EXPECT_FALSE(logins->device(cookie, "anna", begun));
  }
}

TEST_F(KeptLogins, ADeviceHasOneCookieAtATime) {
  auto const next = before.begin(anna_looks(), begun, cookie);
  EXPECT_FALSE(before.device(cookie, "anna", begun));
  EXPECT_TRUE(before.find(next, begun));
  EXPECT_EQ(before.all().size(), 1u);
}

TEST_F(KeptLogins, AreWrittenWhenTheyChangeAndForUsesOnceADay) {
  int changes = 0;
  before.on_changed([&] { ++changes; });
  before.find(cookie, begun + std::chrono::hours{1});
  EXPECT_EQ(changes, 0);
  before.find(cookie, begun + std::chrono::hours{25});
  before.find(cookie, begun + std::chrono::hours{26});
  EXPECT_EQ(changes, 1);
  auto const other = before.begin(anna_looks(), begun + std::chrono::hours{26});
  EXPECT_EQ(changes, 2);
  before.end(other);
  before.end(other);
  EXPECT_EQ(changes, 3);
  before.set_users({root});
  EXPECT_EQ(changes, 4);
}

TEST(LoginCookies, TheCookieAmongOthers) {
  EXPECT_EQ(login_cookie_in("snapcron=abc"), "abc");
  EXPECT_EQ(login_cookie_in("a=b; snapcron=abc; c=d"), "abc");
  EXPECT_EQ(login_cookie_in("xsnapcron=abc; snapcron2=x"), "");
  EXPECT_EQ(login_cookie_in("snapcron"), "");
  EXPECT_EQ(login_cookie_in(""), "");
}

class LogIn : public LiveServer {
 protected:
  LogIn() { start({root, anna}); }

  std::string log_in(std::string const& name, std::string const& password,
                     std::string const& fields = "") {
    return post("/api/v1/login", R"({"name":")" + name + R"(","password":")" + password + "\"}",
                "Content-Type: application/json\r\n" + fields);
  }
  /// "Cookie: ..." of a reply.
  static std::string cookie_of(std::string const& reply) {
    std::smatch found;
    if (!std::regex_search(reply, found, std::regex{"Set-Cookie: (snapcron=[^;]*)"})) return "";
    return "Cookie: " + found[1].str() + "\r\n";
  }
};

TEST_F(LogIn, GivesACookieThatScriptsAndOtherSitesDoNotGet) {
  auto const reply = log_in("root", "s3cret");
  EXPECT_EQ(status(reply), 200);
  std::string const end = over_tls ? "SameSite=Strict; Secure\r\n" : "SameSite=Strict\r\n";
  EXPECT_TRUE(std::regex_search(
      reply,
      std::regex{"\r\nSet-Cookie: snapcron=[0-9a-f]{64}; Path=/; Max-Age=[0-9]+; HttpOnly; " +
                 end}))
      << reply;
  EXPECT_EQ(body(reply), "{\"name\":\"root\",\"role\":\"user\"}\n");
}

TEST_F(LogIn, ItsCookieIsAsGoodAsThePasswordWouldBe) {
  auto const as_user = cookie_of(log_in("root", "s3cret"));
  auto const as_viewer = cookie_of(log_in("anna", "looks"));
  EXPECT_EQ(status(get("/api/v1/status", as_user)), 200);
  EXPECT_EQ(status(get("/api/v1/status", as_viewer)), 200);
  auto const json = std::string{"Content-Type: application/json\r\n"};
  EXPECT_EQ(status(post("/api/v1/relays/1", R"({"action":"on"})", json + as_viewer)), 403);
  EXPECT_TRUE(controls.switched.empty());
  EXPECT_EQ(status(post("/api/v1/relays/1", R"({"action":"on"})", json + as_user)), 200);
  EXPECT_EQ(controls.switched.size(), 1u);
}

TEST_F(LogIn, AWrongPasswordIsToldWithoutTheBrowsersOwnBox) {
  for (auto const& reply : {log_in("root", "wrong"), log_in("nobody", "s3cret")}) {
    EXPECT_EQ(status(reply), 401);
    EXPECT_THAT(reply, Not(HasSubstr("WWW-Authenticate")));
    EXPECT_THAT(reply, Not(HasSubstr("Set-Cookie")));
  }
}

TEST_F(LogIn, WhatIsNoLogInSaysSo) {
  EXPECT_EQ(status(post("/api/v1/login", "{}")), 400);
  EXPECT_EQ(status(post("/api/v1/login", R"({"name":"root"})")), 401);
  EXPECT_EQ(status(log_in("a:b", "c")), 400);
  EXPECT_EQ(status(log_in("root", std::string(600, 'x'))), 400);
  EXPECT_EQ(status(get("/api/v1/login", as_root)), 405);
}

TEST_F(LogIn, APageOfAnotherSiteLogsNobodyInOrOut) {
  EXPECT_EQ(status(log_in("root", "s3cret", "Sec-Fetch-Site: cross-site\r\n")), 403);
  EXPECT_EQ(status(log_in("root", "s3cret", "Origin: http://elsewhere.example\r\n")), 403);
  EXPECT_EQ(status(post("/api/v1/login", "name=root",
                        "Content-Type: text/plain\r\nSec-Fetch-Site: same-origin\r\n")),
            415);
  EXPECT_EQ(status(post("/api/v1/logout", "{}",
                        "Content-Type: application/json\r\nOrigin: http://elsewhere.example\r\n")),
            403);
}

TEST_F(LogIn, AfterTheLogOutTheCookieIsWorthNothing) {
  auto const cookie = cookie_of(log_in("root", "s3cret"));
  auto const reply = post("/api/v1/logout", "{}", "Content-Type: application/json\r\n" + cookie);
  EXPECT_EQ(status(reply), 200);
  EXPECT_THAT(reply, HasSubstr("\r\nClear-Site-Data: \"cache\"\r\n"));
  EXPECT_EQ(status(get("/api/v1/status", cookie)), 401);
}

TEST_F(LogIn, ADeviceThatHasLoggedInHasItsOwnGuesses) {
  auto const cookie = cookie_of(log_in("root", "s3cret"));
  EXPECT_EQ(status(post("/api/v1/logout", "{}", "Content-Type: application/json\r\n" + cookie)),
            200);
  for (int i = 0; i < 20; ++i) get("/api/v1/status", as_wrong);
  EXPECT_EQ(status(get("/api/v1/status", as_wrong)), 429);
  EXPECT_EQ(status(log_in("anna", "looks", cookie)), 429) << "the device is root's";
  EXPECT_EQ(status(log_in("root", "wrong", cookie)), 401);
  auto const again = cookie_of(log_in("root", "s3cret", cookie));
  EXPECT_NE(again, "");
  EXPECT_EQ(status(get("/api/v1/status", again)), 200);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(status(log_in("root", "wrong", again)), 401) << i;
}

TEST_F(LogIn, ItsAddressAndDeviceAreKnownAfterARestart) {
  std::string kept;
  server->on_logins([&](std::string text) { kept = std::move(text); });
  auto const cookie = cookie_of(log_in("root", "s3cret"));
  EXPECT_THAT(kept, HasSubstr("\"addresses\":[\"127.0.0.1\"]"));
  for (std::string const nonsense : {"", "[]", "{", R"({"logins":1,"addresses":[1,"x"]})"})
    server->restore_logins(nonsense);
  server.reset();
  start({root, anna});
  server->restore_logins(kept);
  EXPECT_EQ(status(get("/api/v1/status", cookie)), 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status(get("/api/v1/status", as_wrong)), 401) << i;
  EXPECT_EQ(status(get("/api/v1/status", as_wrong)), 429);
  EXPECT_EQ(status(log_in("root", "wrong", cookie)), 401);
}

TEST_F(LogIn, ARequestByItsCookieMakesTheAddressKnown) {
  std::string kept;
  server->on_logins([&](std::string text) { kept = std::move(text); });
  auto const cookie = cookie_of(log_in("root", "s3cret"));
  server.reset();
  start({root, anna});
  server->restore_logins(kept.substr(0, kept.find("\"addresses\"")) + "\"addresses\":[]}");
  EXPECT_EQ(status(get("/api/v1/status", cookie)), 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status(get("/api/v1/status", as_wrong)), 401) << i;
}

TEST_F(LogIn, EndsWhenItsUserIsGoneAndForNobodyElse) {
  auto const cookie = cookie_of(log_in("root", "s3cret")),
             gone = cookie_of(log_in("anna", "looks"));
  HttpSpec spec;
  spec.port = 0;
  spec.users = {root};
  spec.tls = tls;
  ASSERT_TRUE(server->configure(spec));
  EXPECT_EQ(status(get("/api/v1/status", cookie)), 200);
  EXPECT_EQ(status(get("/api/v1/status", gone)), 401);
}

TEST_F(LogIn, ALinkThatSwitchesTakesThePasswordItself) {
  auto const cookie = cookie_of(log_in("root", "s3cret"));
  auto const reply = get("/io/relayon.txt", cookie + shows_pages);
  EXPECT_EQ(status(reply), 401);
  EXPECT_THAT(reply, HasSubstr("WWW-Authenticate: Basic"));
  EXPECT_TRUE(controls.switched.empty());
  EXPECT_EQ(status(get("/io/relayon.txt", as_root)), 200);
}

TEST_F(LogIn, ABrowserIsSentThereAndAProgramIsChallenged) {
  auto const shown = get("/io/input.txt?peek", shows_pages);
  EXPECT_EQ(status(shown), 303);
  EXPECT_THAT(shown, HasSubstr("\r\nLocation: /login?next=/io/input.txt%3Fpeek\r\n"));
  EXPECT_THAT(get("/", shows_pages), HasSubstr("\r\nLocation: /login\r\n"));
  EXPECT_THAT(get("/"), HasSubstr("\r\nWWW-Authenticate: Basic"));
  EXPECT_THAT(get("/", std::string{shows_pages} + as_wrong), HasSubstr("WWW-Authenticate: Basic"));
}

TEST_F(LogIn, ThePageWithAnOldCookieIsToldWithoutTheBrowsersOwnBox) {
  auto const reply = get("/api/v1/status", "Cookie: snapcron=none\r\n");
  EXPECT_EQ(status(reply), 401);
  EXPECT_THAT(reply, Not(HasSubstr("WWW-Authenticate")));
}

TEST_F(LogIn, GuessesAreLimitedTogetherWithThoseByBasic) {
  std::vector<int> seen;
  for (int i = 0; i < 12; ++i) {
    seen.push_back(status(log_in("root", "guess " + std::to_string(i))));
    auto const guess = i % 2 ? as_wrong : as_nobody;  // evaluated each time: nothing is remembered
    seen.push_back(status(get("/api/v1/status", guess)));
  }
  EXPECT_EQ(std::ranges::count(seen, 401), 5);
  EXPECT_EQ(std::ranges::count(seen, 429), 19);
  EXPECT_EQ(status(log_in("root", "s3cret")), 429);
}

TEST_F(LogIn, WithoutUsersThereIsNone) {
  server.reset();
  start();
  EXPECT_EQ(status(log_in("root", "s3cret")), 404);
  EXPECT_THAT(get("/login"), HasSubstr("\r\nLocation: /\r\n"));
}

}  // namespace
}  // namespace snapcron
