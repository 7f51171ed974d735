// Requests to somebody else's server: what goes over the wire, what comes back, and what an error
// does not tell.

#include "curl/http_client.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <mutex>
#include <optional>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AServer : public testing::Test {
 protected:
  /// Answers every request with `status` and `page`, and keeps what came.
  void serve(std::string status, std::string page, std::string headers = {}) {
    server.emplace([=, this](FakeCamera::Connection& connection) {
      for (auto head = connection.request(); !head.empty(); head = connection.request()) {
        auto const length = head.find("Content-Length: ");
        auto const body = length == std::string::npos
                              ? std::string{}
                              : connection.take(std::stoul(head.substr(length + 16)));
        {
          std::lock_guard const lock{mutex};
          last_head = head;
          last_body = body;
        }
        connection.page(status, page, headers);
      }
    });
  }
  void behave(FakeCamera::Behaviour behaviour) { server.emplace(std::move(behaviour)); }
  Result<HttpAnswer> perform(HttpRequest request) {
    if (request.url.starts_with('/')) request.url = server->url(request.url);
    return await(loop, client.perform(std::move(request)));
  }
  std::string error_of(HttpRequest request) {
    auto const answer = perform(std::move(request));
    return answer ? "no error" : answer.error().text;
  }
  std::string head() {
    std::lock_guard const lock{mutex};
    return last_head;
  }
  std::string body() {
    std::lock_guard const lock{mutex};
    return last_body;
  }
  std::string where() const { return "http://127.0.0.1:" + std::to_string(server->port()); }

  boost::asio::io_context loop{1};
  Multi multi{loop};
  HttpClient client{multi};
  std::mutex mutex;
  std::string last_head, last_body;
  std::optional<FakeCamera> server;
};

TEST_F(AServer, GetsWhatWasAskedAndNoMore) {
  serve("200 OK", "hello", "Content-Type: text/plain\r\n");
  auto const answer = perform({.method = "GET", .url = "/a/b?c=d"});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->status, 200u);
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_TRUE(answer->whole);
  EXPECT_THAT(head(), StartsWith("GET /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(head(), HasSubstr("\r\nUser-Agent: snapcron/"));
  for (auto const* unwanted : {"Content-", "Expect", "Authorization", "Accept-Encoding"})
    EXPECT_THAT(head(), Not(HasSubstr(unwanted)));
}

TEST_F(AServer, GetsABodyAndHeadersAsTheyAre) {
  serve("204 No Content", "");
  std::string const bytes{"\xff\xd8\0\r\n\xff\xd9", 7};
  auto const answer = perform(
      {.method = "PUT",
       .url = "/doors",
       .headers = {{"Title", "D\xc3\xb6rr"}, {"X-Empty", ""}, {"Content-Type", "image/jpeg"}},
       .body = bytes});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->status, 204u);
  EXPECT_EQ(body(), bytes);
  EXPECT_THAT(head(), StartsWith("PUT /doors HTTP/1.1\r\n"));
  EXPECT_THAT(head(), HasSubstr("\r\nTitle: D\xc3\xb6rr\r\n"));
  EXPECT_THAT(head(), HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(head(), HasSubstr("\r\nContent-Type: image/jpeg\r\n"));
  EXPECT_THAT(head(), HasSubstr("\r\nContent-Length: 7\r\n"));
}

TEST_F(AServer, IsToldOfNoTypeThatNobodyGave) {
  serve("200 OK", "");
  ASSERT_TRUE(perform({.method = "POST", .url = "/", .body = "text"}));
  EXPECT_THAT(head(), Not(HasSubstr("Content-Type")));
  ASSERT_TRUE(perform({.method = "POST", .url = "/"}));
  EXPECT_THAT(head(), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST_F(AServer, GetsAFormWithAFile) {
  serve("200 OK", "");
  std::string const picture(200'000, 'j');
  auto const answer =
      perform({.method = "POST",
               .url = "/send",
               .form = {{"chat_id", "42"}, {"photo", picture, "door.jpg", "image/jpeg"}}});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_THAT(head(), HasSubstr("\r\nContent-Type: multipart/form-data; boundary="));
  EXPECT_THAT(head(), Not(HasSubstr("Expect")));
  EXPECT_THAT(body(), HasSubstr("Content-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n"));
  EXPECT_THAT(body(),
              HasSubstr("Content-Disposition: form-data; name=\"photo\"; filename=\"door.jpg\"\r\n"
                        "Content-Type: image/jpeg\r\n\r\n" +
                        picture + "\r\n"));
}

TEST_F(AServer, GetsNameAndPassword) {
  serve("200 OK", "");
  ASSERT_TRUE(perform({.method = "GET", .url = "/", .username = "root", .password = "s3cret"}));
  EXPECT_THAT(head(), HasSubstr("\r\nAuthorization: Basic cm9vdDpzM2NyZXQ=\r\n"));
}

TEST_F(AServer, MayRefuse) {
  serve("403 Forbidden", "{\"error\":\"wrong token\"}");
  auto const answer = perform({.method = "POST", .url = "/"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 403u);
  EXPECT_EQ(answer->body, "{\"error\":\"wrong token\"}");
}

TEST_F(AServer, IsNotFollowedElsewhere) {
  serve("302 Found", "", "Location: /elsewhere\r\n");
  auto const answer = perform({.method = "GET", .url = "/"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302u);
  EXPECT_THAT(head(), StartsWith("GET / "));
}

TEST_F(AServer, IsAskedOverTheSameConnectionAgain) {
  serve("200 OK", "ok");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(perform({.method = "POST", .url = "/", .body = "x"}));
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(AServer, MayHaveClosedTheKeptConnection) {
  behave([](FakeCamera::Connection& connection) {
    auto const head = connection.request();
    if (!head.empty()) connection.page("200 OK", "once");
  });
  for (int i = 0; i < 3; ++i) {
    auto const answer = perform({.method = "GET", .url = "/"});
    ASSERT_TRUE(answer) << answer.error().text;
  }
}

TEST_F(AServer, MayTalkWithoutEnd) {
  behave([](FakeCamera::Connection& connection) {
    connection.request();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(10'000, 'x'))) {
    }
  });
  auto const answer = perform({.method = "GET", .url = "/"});
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->body.size(), HttpClient::most_of_body);
  EXPECT_FALSE(answer->whole);
}

TEST_F(AServer, MaySendHeadersWithoutEnd) {
  behave([](FakeCamera::Connection& connection) {
    connection.request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(error_of({.method = "GET", .url = "/secret"}),
            "GET " + where() + ": the server sends headers without end");
}

TEST_F(AServer, ThatIsSilentIsGivenUp) {
  behave([](FakeCamera::Connection& connection) { connection.stall(); });
  auto const answer = perform(
      {.method = "PUT", .url = "/secret?token=secret", .timeout = std::chrono::milliseconds{50}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::timed_out);
  EXPECT_EQ(answer.error().text, "PUT " + where() + ": connected, but no answer within 50ms");
}

TEST_F(AServer, ThatClosesHasNotAnswered) {
  behave([](FakeCamera::Connection& connection) { connection.request(); });
  EXPECT_EQ(error_of({.method = "GET", .url = "/secret"}),
            "GET " + where() + ": the server closed the connection without an answer");
}

TEST_F(AServer, ThatBreaksOffHasNotAnswered) {
  behave([](FakeCamera::Connection& connection) {
    connection.request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.");
  });
  EXPECT_EQ(error_of({.method = "GET", .url = "/secret"}),
            "GET " + where() + ": the connection was lost");
}

TEST_F(AServer, ThatIsNotThereIsSaidToBeSo) {
  auto const port = [] {
    FakeCamera const gone{[](FakeCamera::Connection&) {}};
    return std::to_string(gone.port());
  }();
  EXPECT_EQ(error_of({.method = "POST", .url = "http://127.0.0.1:" + port + "/bot123:secret/send"}),
            "POST http://127.0.0.1:" + port + ": cannot connect: connection refused");
}

TEST_F(AServer, IsAskedOnlyByWhatIsARequest) {
  serve("200 OK", "");
  EXPECT_THAT(error_of({.method = "G T", .url = "/"}),
              HasSubstr("the method is not a word of letters"));
  EXPECT_THAT(error_of({.method = "GET", .url = "/a\nb"}),
              HasSubstr("the address has a control character"));
  EXPECT_THAT(error_of({.method = "GET", .url = "/", .headers = {{"A:B", "c"}}}),
              HasSubstr("a header has a name that is not allowed: 'A:B'"));
  EXPECT_THAT(error_of({.method = "GET", .url = "/", .headers = {{"A", "secret\r\nB: c"}}}),
              HasSubstr("the value of header 'A' has a line end"));
  for (std::string const url : {"file:///etc/passwd", "ftp://127.0.0.1/secret", "secret",
                                "http://root:secret@127.0.0.1/"}) {
    auto const text = error_of({.method = "GET", .url = url});
    EXPECT_THAT(text, HasSubstr("not an address that begins with http:// or https://")) << url;
    EXPECT_THAT(text, Not(HasSubstr("secret"))) << url;
  }
  EXPECT_EQ(server->connections(), 0u);
}

TEST(RequestName, IsMethodSchemeAndHost) {
  EXPECT_EQ(request_name("PUT", "https://ntfy.sh/topic?auth=secret"), "PUT https://ntfy.sh");
  EXPECT_EQ(request_name("GET", "http://root:secret@[::1]:8080/x"), "GET http://[::1]:8080");
  EXPECT_EQ(request_name("GET", "http://host?x@y"), "GET http://host");
  EXPECT_EQ(request_name("GET", "secret"), "GET of no address");
}

}  // namespace
}  // namespace snapcron
