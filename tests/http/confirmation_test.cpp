// What switches by GET, and a browser that a page of nobody knows where has led there.

#include "http/router.hpp"
#include "live_server.hpp"

namespace snapcron {
namespace {

using http::Method;
using http::Permission;
using testing::HasSubstr;

constexpr char const* by_form = "Content-Type: application/x-www-form-urlencoded\r\n";
// A navigation over plain HTTP, without a Referer.
constexpr char const* browser =
    "Upgrade-Insecure-Requests: 1\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r\n";

class Confirmation : public LiveServer {
 protected:
  /// What switches by GET, with the parameters that it needs.
  static std::vector<std::string> addresses() {
    std::vector<std::string> all;
    for (auto const& route : http::routes()) {
      if (route.permission != Permission::operate || route.method != Method::get) continue;
      std::string path{route.path};
      if (path.ends_with("?action")) path += path.find("virtual") == path.npos ? "=1:/" : "=6:/";
      if (path.ends_with("activate.cgi")) path += "?schemaversion=1&port=6";
      all.push_back(path);
    }
    return all;
  }
  std::string const ours =
      over_tls ? "Origin: https://localhost\r\n" : "Origin: http://localhost\r\n";
};

TEST_F(Confirmation, ALinkInABrowserSwitchesNothingUntilTheButtonIsPressed) {
  start({root, anna});
  ASSERT_EQ(addresses().size(), 9u);
  for (auto const& address : addresses()) {
    SCOPED_TRACE(address);
    auto const page = get(address, std::string{as_root} + browser);
    EXPECT_EQ(status(page), 403);
    EXPECT_THAT(page, HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"));
    EXPECT_THAT(page, HasSubstr("?</h1>"));
    EXPECT_THAT(page, HasSubstr("<form method=\"post\"><button>"));
    EXPECT_TRUE(controls.untouched());
    EXPECT_EQ(status(post(address, "", as_root + ours + browser + by_form)), 200);
    EXPECT_FALSE(controls.untouched());
    controls.forget();
  }
}

TEST_F(Confirmation, APictureOfAPageSwitchesNothing) {
  start();
  for (auto const* accept : {"image/avif,image/webp,*/*;q=0.8", "text/css,*/*;q=0.1", "*/*"})
    EXPECT_EQ(status(get("/io/relayon.txt", std::string{"Accept: "} + accept +
                                                "\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n"
                                                "Accept-Language: de\r\n")),
              403);
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Confirmation, ItsPageSendsItsOriginAndNothingElseIsOnIt) {
  start();
  auto const page = get("/io?relay=on&x=<b>&y", browser);
  EXPECT_THAT(page,
              HasSubstr("\r\nContent-Security-Policy: default-src 'none'; form-action 'self'"));
  EXPECT_THAT(page, HasSubstr("\r\nReferrer-Policy: same-origin\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nX-Frame-Options: DENY\r\n"));
  EXPECT_THAT(body(page), HasSubstr("<code>/io?relay=on&amp;x=&lt;b>&amp;y</code>"));
}

TEST_F(Confirmation, IsAskedOfBrowsersOnly) {
  start();
  for (auto const* program :
       {"", "Accept: */*\r\n", "Accept: text/plain\r\nAccept-Language: de\r\n",
        "User-Agent: Mozilla/5.0 (Windows NT) WindowsPowerShell/5.1\r\n",
        "User-Agent: Mozilla/4.0 (compatible; MSIE 7.0)\r\nAccept-Language: de\r\nAccept: */*\r\n",
        "User-Agent: Java/17\r\nAccept: text/html, image/gif, image/jpeg, *; q=.2, */*; "
        "q=.2\r\n"}) {
    auto const reply = get("/io/relayon.txt", program);
    EXPECT_EQ(status(reply), 200) << program;
    EXPECT_EQ(body(reply), "Relay is On\n");
  }
  EXPECT_EQ(status(get("/io/input.txt", browser)), 200);
}

TEST_F(Confirmation, WhoSaysWhereItComesFromIsNotAsked) {
  start();
  for (std::string const& proof : {std::string{"Sec-Fetch-Site: none\r\n"},
                                   std::string{"Sec-Fetch-Site: same-origin\r\n"}, ours,
                                   over_tls ? std::string{"Referer: https://localhost/io/\r\n"}
                                            : std::string{"Referer: http://localhost/io/\r\n"}})
    EXPECT_EQ(status(get("/io/relayon.txt", browser + proof)), 200) << proof;
}

TEST_F(Confirmation, AFormOfAnotherSiteConfirmsNothing) {
  start({root});
  for (std::string const where :
       {"", "Origin: null\r\n", "Origin: http://evil.example\r\n",
        "Referer: http://evil.example/\r\n", "Sec-Fetch-Site: cross-site\r\n"})
    for (auto const& address : addresses())
      EXPECT_EQ(status(post(address, "", as_root + where + browser + by_form)), 403)
          << where << address;
  EXPECT_EQ(status(post("/io/relayon.txt", "", as_root + ours + "Content-Type: text/plain\r\n")),
            415);
  EXPECT_TRUE(controls.untouched());
}

TEST_F(Confirmation, AProgramMayPostWhatItCouldGet) {
  start({root, anna});
  EXPECT_EQ(status(post("/io/relayon.txt", "", as_root)), 200);
  EXPECT_EQ(status(post("/io", "relay=off", std::string{as_root} + by_form)), 200);
  EXPECT_EQ(controls.switched.size(), 2u);
  EXPECT_EQ(status(post("/io/relayon.txt", "", as_anna)), 403);
  EXPECT_EQ(status(post("/io/relayon.txt", "")), 401);
  EXPECT_EQ(controls.switched.size(), 2u);
}

TEST_F(Confirmation, ALogInIsGoodForTheButtonButForNoLink) {
  start({root});
  auto const reply = post("/api/v1/login", R"({"name":"root","password":"s3cret"})");
  auto const at = reply.find("snapcron=");
  ASSERT_NE(at, reply.npos);
  auto const cookie = "Cookie: " + reply.substr(at, reply.find(';', at) - at) + "\r\n";
  EXPECT_EQ(status(get("/io/relayon.txt", cookie)), 401);
  EXPECT_EQ(status(get("/io/relayon.txt", cookie + browser)), 401);
  EXPECT_EQ(status(post("/io/relayon.txt", "", cookie + by_form)), 401);
  EXPECT_EQ(status(post("/io/relayon.txt", "", cookie + "Origin: null\r\n" + by_form)), 401);
  EXPECT_TRUE(controls.untouched());
  EXPECT_EQ(status(post("/io/relayon.txt", "", cookie + ours + browser + by_form)), 200);
  EXPECT_EQ(controls.switched.size(), 1u);
}

}  // namespace
}  // namespace snapcron
