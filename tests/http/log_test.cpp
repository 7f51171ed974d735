// The log and the web hooks over HTTP.

#include "http/log_page.hpp"
#include "live_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace snapcron {
namespace {

using testing::HasSubstr;

TEST(LogQuery, IsReadFromTheAddress) {
  auto const all = http::parse_log_query("rule=door+%26%20window&after=12&limit=7&wait=30").value();
  EXPECT_EQ(all.query.rule, "door & window");
  EXPECT_EQ(all.query.after, 12);
  EXPECT_EQ(all.query.limit, 7u);
  EXPECT_FALSE(all.query.newest) << "with `after`, what follows it";
  EXPECT_EQ(all.wait, std::chrono::seconds{30});

  auto const older =
      http::parse_log_query("before=9&since=2026-03-01T18:00:00%2B01:00&until=2026-03-01T17:00:01Z")
          .value();
  EXPECT_EQ(older.query.before, 9);
  EXPECT_EQ(older.query.since, Instant{std::chrono::seconds{1'772'384'400}});
  EXPECT_EQ(older.query.until, *older.query.since + std::chrono::seconds{1});
  EXPECT_TRUE(older.query.newest);

  auto const none = http::parse_log_query("").value();
  EXPECT_EQ(none.query.rule, std::nullopt);
  EXPECT_EQ(none.query.after, 0);
  EXPECT_EQ(none.query.limit, 100u);
  EXPECT_TRUE(none.query.newest);
  EXPECT_EQ(none.wait, Duration::zero());
}

TEST(LogQuery, IsRefusedInWords) {
  struct Case {
    char const* query;
    char const* text;
  };
  for (auto const& [query, text] : {
           Case{"limit=0", "'limit' must be a whole number from 1 to 1000"},
           Case{"limit=1001", "'limit' must be a whole number from 1 to 1000"},
           Case{"limit=7x", "'limit' must be a whole number from 1 to 1000"},
           Case{"limit", "'limit' must be a whole number from 1 to 1000"},
           Case{"wait=31", "'wait' must be a whole number from 0 to 30"},
           Case{"after=-1", "'after' must be a whole number from 0 to 9223372036854775807"},
           Case{"after=99999999999999999999",
                "'after' must be a whole number from 0 to 9223372036854775807"},
           Case{"before=0", "'before' must be a whole number from 1 to 9223372036854775807"},
           Case{"since=1", "'since' must be a time such as 2026-03-01T18:00:00+01:00"},
           Case{"from=1",
                "unknown parameter 'from' (known: rule, after, before, since, until, limit, wait)"},
           Case{"rule=%ff",
                "the query has a broken percent-encoding, or is not UTF-8 after decoding"},
           Case{"rule=%4",
                "the query has a broken percent-encoding, or is not UTF-8 after decoding"},
       }) {
    auto const read = http::parse_log_query(query);
    ASSERT_FALSE(read) << query;
    EXPECT_EQ(read.error().text, text);
    EXPECT_EQ(read.error().fault, Fault::invalid);
  }
}

TEST(LogPage, KeepsARecordThatIsNoJson) {
  LogPage page;
  page.records = {{.id = 1, .at = {}, .rule = "", .event = "", .json = R"({"kind":"end"})"},
                  {.id = 2, .at = {}, .rule = "", .event = "", .json = "{\"kind\":"}};
  page.next = 2;
  EXPECT_EQ(boost::json::serialize(http::log_page(page)),
            R"({"records":[{"kind":"end","id":1},{"text":"{\"kind\":","id":2}],"next":2})");
}

class LogAndWebhooks : public LiveServer {
 protected:
  LogAndWebhooks() { limits.connections_per_address = 64; }
  std::string detail(std::string const& reply) {
    return std::string{boost::json::parse(body(reply)).at("detail").as_string()};
  }
};

TEST_F(LogAndWebhooks, GiveThePageThatWasAskedFor) {
  start();
  auto const reply = get("/api/v1/log?rule=door-open&after=6");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(body(reply), "{\"records\":[{\"kind\":\"end\",\"id\":7}],\"next\":7}\n");
  ASSERT_EQ(controls.logs.size(), 1u);
  EXPECT_EQ(controls.logs[0].first.rule, "door-open");
  EXPECT_EQ(controls.logs[0].first.after, 6);
  EXPECT_EQ(controls.logs[0].second, Duration::zero());
}

TEST_F(LogAndWebhooks, SayWhyThereIsNoPage) {
  start();
  EXPECT_EQ(status(get("/api/v1/log?limit=0")), 400);
  controls.log_reply = Error{Fault::no_space, "cannot use state.db: the disk is read-only"};
  auto const reply = get("/api/v1/log");
  EXPECT_EQ(status(reply), 507);
  EXPECT_EQ(detail(reply), "cannot use state.db: the disk is read-only");
}

TEST_F(LogAndWebhooks, LetSixteenWaitAtOnce) {
  start();
  controls.log_waits.emplace(loop, std::chrono::hours{1});
  std::vector<RawClient> waiting;
  for (int i = 0; i < 16; ++i) {
    waiting.push_back(connect());
    waiting.back().send("GET /api/v1/log?wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ASSERT_TRUE(turn_until([&] { return controls.logs.size() == 16; }));
  auto const refused = get("/api/v1/log?wait=30");
  EXPECT_EQ(status(refused), 503);
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 10\r\n"));
  controls.log_waits->cancel();
  for (auto& client : waiting)
    EXPECT_THAT(until_has(client, "\"next\":7}"), HasSubstr("HTTP/1.1 200 OK\r\n"));
  controls.log_waits.reset();
  EXPECT_EQ(status(get("/api/v1/log?wait=30")), 200) << "there is room again";
}

TEST_F(LogAndWebhooks, FireRules) {
  start();
  auto const reply = post("/api/v1/webhooks/front%20door", "");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(body(reply), "{\"fired\":2}\n");
  EXPECT_THAT(controls.webhooks, testing::ElementsAre("front door"));
}

TEST_F(LogAndWebhooks, DoNotTellWhichHooksThereAre) {
  start();
  auto const reply = post("/api/v1/webhooks/nobody", "");
  EXPECT_EQ(status(reply), 404);
  EXPECT_EQ(detail(reply), "there is no webhook 'nobody'");
  EXPECT_EQ(status(get("/api/v1/webhooks/front")), 405);
}

TEST_F(LogAndWebhooks, AreReadByAViewerButFiredByAUser) {
  start({root, anna});
  EXPECT_EQ(status(get("/api/v1/log", as_anna)), 200);
  EXPECT_EQ(status(get("/api/v1/log")), 401);
  EXPECT_EQ(status(post("/api/v1/webhooks/front", "", as_anna)), 403);
  EXPECT_EQ(status(post("/api/v1/webhooks/front", "", as_root)), 200);
  EXPECT_EQ(controls.webhooks.size(), 1u);
}

}  // namespace
}  // namespace snapcron
