// The action `http` from its texts to what is recorded of it, against a server on loopback.

#include "app/http_action.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <mutex>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class TheHttpAction : public testing::Test {
 protected:
  TheHttpAction() {
    values.zone = Zone::find("Europe/Stockholm").value();
    values.time = parse_rfc3339("2026-03-01T11:25:05Z").value();
    values.rule = "door & \"window\"";
    values.event = "e1";
  }
  Template text(std::string const& source) {
    return Template::parse(source, Template::Use::request).value();
  }
  HttpAction action(std::string const& path) {
    HttpAction made;
    made.url = text(server.url(path));
    made.timeout = std::chrono::seconds{20};
    return made;
  }
  Result<HttpOutcome> perform(HttpAction const& made) {
    return await(loop, perform_http(client, workers, made, values));
  }
  std::string error_of(HttpAction const& made) {
    auto const outcome = perform(made);
    return outcome ? "no error" : outcome.error().text;
  }
  void answer(FakeCamera::Connection& connection) {
    for (auto next = connection.request(); !next.empty(); next = connection.request()) {
      auto const length = next.find("Content-Length: ");
      std::lock_guard const lock{mutex};
      head = next;
      body =
          length == std::string::npos ? "" : connection.take(std::stoul(next.substr(length + 16)));
      connection.page(status, page, "Content-Type: application/json\r\n");
    }
  }
  std::string where() const { return "POST http://127.0.0.1:" + std::to_string(server.port()); }

  TemporaryFolder folder;
  TemplateValues values;
  std::mutex mutex;
  std::string status = "200 OK", page = "{}", head, body;
  boost::asio::io_context loop{1};
  boost::asio::thread_pool workers{1};
  Multi multi{loop};
  HttpClient client{multi};
  FakeCamera server{[this](FakeCamera::Connection& connection) { answer(connection); }};
};

TEST_F(TheHttpAction, FillsInItsTexts) {
  auto made = action("/{event}");
  made.headers = {{"X-Rule", text("{rule} at {time:%H:%M}")}};
  made.body = {{text("rule={rule}")}};
  auto const outcome = perform(made);
  ASSERT_TRUE(outcome) << outcome.error().text;
  EXPECT_THAT(outcome->text, MatchesRegex("200 in [0-9]+(ms|s.*)"));
  EXPECT_THAT(head, StartsWith("POST /e1 HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Rule: door & \"window\" at 12:25\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Type")));
  EXPECT_EQ(body, "rule=door & \"window\"");
}

TEST_F(TheHttpAction, EncodesValuesWithinTheAddress) {
  ASSERT_TRUE(perform(action("/x?rule={rule}&event={event}")));
  EXPECT_THAT(head, StartsWith("POST /x?rule=door%20%26%20%22window%22&event=e1 HTTP/1.1\r\n"));
}

TEST_F(TheHttpAction, QuotesValuesWithinJson) {
  auto made = action("/");
  made.body = {{text("{{\"rule\": ")}, {text("{rule}"), true}, {text("}}")}};
  ASSERT_TRUE(perform(made));
  EXPECT_EQ(body, R"({"rule": "door & \"window\""})");
}

TEST_F(TheHttpAction, LeavesAGivenTypeAlone) {
  values.picture = folder.write("1.jpg", "the picture's bytes").string();
  auto made = action("/");
  made.headers = {{"content-type", text("image/x-mine")}};
  made.picture_is_body = true;
  ASSERT_TRUE(perform(made));
  EXPECT_THAT(head, HasSubstr("\r\ncontent-type: image/x-mine\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Type")));
}

TEST_F(TheHttpAction, SendsThePictureAsTheBody) {
  values.picture = folder.write("1.jpg", "the picture's bytes").string();
  auto made = action("/");
  made.method = "PUT";
  made.picture_is_body = true;
  ASSERT_TRUE(perform(made));
  EXPECT_EQ(body, "the picture's bytes");
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: image/jpeg\r\n"));
}

TEST_F(TheHttpAction, SendsThePictureInAForm) {
  values.picture = folder.write("1.jpg", "the picture's bytes").string();
  auto made = action("/");
  made.form = {{"caption", text("{rule}")}};
  made.picture_field = "photo";
  ASSERT_TRUE(perform(made));
  EXPECT_THAT(body, HasSubstr("name=\"caption\"\r\n\r\ndoor & \"window\"\r\n"));
  EXPECT_THAT(body,
              HasSubstr("name=\"photo\"; filename=\"1.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                        "the picture's bytes\r\n"));
}

TEST_F(TheHttpAction, NeedsThePictureThatItSends) {
  auto made = action("/");
  made.picture_is_body = true;
  EXPECT_EQ(error_of(made),
            where() + ": there is no picture in this run yet: put a snapshot before it");
  values.picture = folder / "gone.jpg";
  EXPECT_EQ(error_of(made),
            where() + ": cannot read " + values.picture + ": No such file or directory");
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(TheHttpAction, HandsOnTheValuesOfTheAnswer) {
  status = "201 Created";
  page = R"({"content_uri": "mxc://example.org/abc"})";
  auto const outcome = perform(action("/"));
  ASSERT_TRUE(outcome) << outcome.error().text;
  EXPECT_THAT(outcome->text, StartsWith("201 in "));
  EXPECT_THAT(outcome->reply, UnorderedElementsAre(Pair("content_uri", "mxc://example.org/abc")));
}

TEST_F(TheHttpAction, TakesAnyOtherStatusForAFailure) {
  status = "403 Forbidden";
  page = "<html><h1>no\nsuch topic</h1></html>";
  auto const outcome = perform(action("/"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::denied);
  EXPECT_EQ(outcome.error().text, where() + ": 403: no such topic");
  status = "500 Oops";
  page = "";
  EXPECT_EQ(error_of(action("/")), where() + ": 500");
  status = "301 Moved";
  EXPECT_EQ(error_of(action("/")),
            where() + ": 301: redirects are not followed, give the final address");
}

TEST_F(TheHttpAction, SendsItsSecretAndTheAnswerBefore) {
  values.reply = {{"content_uri", "mxc://example.org/a b"}};
  auto made = action("/bot{secret}/send?uri={reply:content_uri}");
  made.secret = "12:s3/cret";
  made.headers = {{"Authorization", text("Bearer {secret}")}};
  made.body = {{text("{reply:content_uri}"), true}};
  ASSERT_TRUE(perform(made));
  EXPECT_THAT(
      head,
      StartsWith("POST /bot12%3As3%2Fcret/send?uri=mxc%3A%2F%2Fexample.org%2Fa%20b HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Bearer 12:s3/cret\r\n"));
  EXPECT_EQ(body, "\"mxc://example.org/a b\"");
}

TEST_F(TheHttpAction, NeverTellsASecret) {
  auto made = action("/bot{secret}/send");
  made.secret = "12:s3/cret";
  made.username = "root";
  made.password = "\"quoted\"";
  status = "404 Not Found";
  page =
      R"({"path": "/bot12:s3/cret/send", "url": "bot12%3As3%2Fcret", "user": "root:\"quoted\""})";
  auto const said = error_of(made);
  EXPECT_EQ(said,
            where() + R"(: 404: {"path": "/bot***/send", "url": "bot***", "user": "root:***"})");
}

}  // namespace
}  // namespace snapcron
