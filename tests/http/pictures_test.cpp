// Recorded pictures by their ids, and what a camera sees now.

#include "http/byte_range.hpp"
#include "http/picture_view.hpp"
#include "live_server.hpp"

#include <boost/json/parse.hpp>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char const* ask_each_time = "\r\nCache-Control: private, no-cache\r\n";

class RecordedPictures : public LiveServer {
 protected:
  RecordedPictures() {
    start();
    controls.picture_records = {{.id = 7,
                                 .path = "/pictures/door/vår \"1\".jpg",
                                 .camera = "door",
                                 .rule = "door-open",
                                 .event = "e1",
                                 .captured = parse_rfc3339("2026-03-01T11:22:05.25Z").value(),
                                 .bytes = 10}};
  }
  static std::string field(std::string const& reply, std::string const& name) {
    auto const at = reply.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    auto const begin = at + name.size() + 4;
    return reply.substr(begin, reply.find("\r\n", begin) - begin);
  }
  std::string detail(std::string const& reply) {
    EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: application/problem+json\r\n"));
    return std::string{boost::json::parse(body(reply)).at("detail").as_string()};
  }
};

TEST_F(RecordedPictures, AreServedToBeKeptByWhoMaySeeThem) {
  auto const reply = get("/api/v1/snapshots/7");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(body(reply), "0123456789");
  EXPECT_EQ(field(reply, "Content-Type"), "image/jpeg");
  EXPECT_EQ(field(reply, "Last-Modified"), "Sun, 01 Mar 2026 11:22:05 GMT");
  EXPECT_EQ(field(reply, "Accept-Ranges"), "bytes");
  EXPECT_THAT(field(reply, "ETag"), testing::MatchesRegex("\"7-[0-9]+-10\""));
  EXPECT_THAT(reply, HasSubstr(ask_each_time));
  EXPECT_THAT(reply, Not(HasSubstr("no-store")));
  EXPECT_THAT(reply, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
}

TEST_F(RecordedPictures, AClientThatHasItIsToldSoAndNothingIsRead) {
  auto const tag = field(get("/api/v1/snapshots/7"), "ETag");
  controls.forget();
  for (auto const& known : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
    auto const reply = get("/api/v1/snapshots/7", "If-None-Match: " + known + "\r\n");
    EXPECT_EQ(status(reply), 304) << known;
    EXPECT_EQ(body(reply), "");
    EXPECT_EQ(field(reply, "ETag"), tag);
    EXPECT_EQ(field(reply, "Content-Length"), "") << "it would be the body's";
    EXPECT_THAT(reply, HasSubstr(ask_each_time));
  }
  EXPECT_TRUE(controls.stored_looks.empty());
  EXPECT_EQ(status(get("/api/v1/snapshots/7", "If-None-Match: \"x\"\r\n")), 200);
  EXPECT_EQ(status(get("/api/v1/snapshots/7?fit=8x8", "If-None-Match: " + tag + "\r\n")), 200)
      << "one that is made to fit is another";
}

TEST_F(RecordedPictures, AConnectionGoesOnBehindA304) {
  auto client = connect();
  std::string const ask = "GET /api/v1/snapshots/7 HTTP/1.1\r\nHost: localhost\r\n";
  client.send(ask + "If-None-Match: *\r\n\r\n" + ask + "Connection: close\r\n\r\n");
  EXPECT_EQ(statuses(until_closed(client)), (std::vector{304, 200}));
}

TEST_F(RecordedPictures, InParts) {
  struct Part {
    char const *range, *content, *content_range;
  };
  for (auto const& c : {Part{"bytes=0-3", "0123", "bytes 0-3/10"},
                        {"bytes=8-", "89", "bytes 8-9/10"},
                        {"bytes=-3", "789", "bytes 7-9/10"},
                        {"bytes=5-999", "56789", "bytes 5-9/10"},
                        {"bytes=-99", "0123456789", "bytes 0-9/10"}}) {
    auto const reply = get("/api/v1/snapshots/7", std::string{"Range: "} + c.range + "\r\n");
    EXPECT_EQ(status(reply), 206) << c.range;
    EXPECT_EQ(body(reply), c.content) << c.range;
    EXPECT_EQ(field(reply, "Content-Range"), c.content_range);
  }
  for (auto const* range : {"bytes=10-", "bytes=99-100", "bytes=-0"}) {
    auto const reply = get("/api/v1/snapshots/7", std::string{"Range: "} + range + "\r\n");
    EXPECT_EQ(status(reply), 416) << range;
    EXPECT_EQ(field(reply, "Content-Range"), "bytes */10");
    EXPECT_EQ(detail(reply), "the picture has 10 bytes");
    EXPECT_EQ(field(reply, "Cache-Control"), "no-store");
  }
  for (auto const* range : {"bytes=3-1", "bytes=0-1,4-5", "lines=1-2", "bytes=x", "bytes=", "0-1"})
    EXPECT_EQ(status(get("/api/v1/snapshots/7", std::string{"Range: "} + range + "\r\n")), 200)
        << range << " is no range of ours: all of it";
}

TEST_F(RecordedPictures, APartOfAnotherPictureIsNotWanted) {
  auto const tag = field(get("/api/v1/snapshots/7"), "ETag");
  std::string const range = "Range: bytes=0-3\r\n";
  EXPECT_EQ(status(get("/api/v1/snapshots/7", range + "If-Range: " + tag + "\r\n")), 206);
  EXPECT_EQ(status(get("/api/v1/snapshots/7", range + "If-Range: \"other\"\r\n")), 200);
}

TEST_F(RecordedPictures, HeadTellsTheSameWithoutTheBytes) {
  auto const reply =
      exchange("HEAD /api/v1/snapshots/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(field(reply, "Content-Length"), "10");
  EXPECT_EQ(body(reply), "");
}

TEST_F(RecordedPictures, AreMadeToFit) {
  auto const reply = get("/api/v1/snapshots/7?fit=320x240");
  EXPECT_EQ(status(reply), 200);
  EXPECT_EQ(field(reply, "Cache-Control"), "private, max-age=86400");
  ASSERT_EQ(controls.stored_looks.size(), 1u);
  EXPECT_EQ(controls.stored_looks[0], std::pair(std::int64_t{7}, PictureFit{320, 240, false, 0}));
  for (auto const* wrong : {"fit=320", "fit=0x1", "fit=axb", "fit=9999x9999", "fit="})
    EXPECT_THAT(detail(get(std::string{"/api/v1/snapshots/7?"} + wrong)),
                HasSubstr("'fit' must be WIDTHxHEIGHT"));
  EXPECT_THAT(detail(get("/api/v1/snapshots/7?size=1")), HasSubstr("unknown parameter 'size'"));
}

TEST_F(RecordedPictures, AreKeptUnderNamesThatSayWhatTheyAre) {
  auto const name = [&] {
    return field(get("/api/v1/snapshots/7?download"), "Content-Disposition");
  };
  auto& picture = controls.picture_records[0];
  auto const local = rfc3339(picture.captured, controls.zone());
  EXPECT_EQ(local.substr(0, 19), "2026-03-01T12:22:05");
  EXPECT_EQ(name(), "attachment; filename=\"door_2026-03-01_122205_door-open_7.jpg\"");
  picture.rule = "";
  EXPECT_EQ(name(), "attachment; filename=\"door_2026-03-01_122205_7.jpg\"");
  picture.camera = "vår/\"1\"";
  EXPECT_EQ(name(),
            "attachment; filename=\"v__r__1__2026-03-01_122205_7.jpg\"; "
            "filename*=UTF-8''v%C3%A5r__1__2026-03-01_122205_7.jpg");
  EXPECT_EQ(http::attachment("120000_door-open_1.jpg"),
            "attachment; filename=\"120000_door-open_1.jpg\"");
}

TEST_F(RecordedPictures, ThatAreNoMoreSaySo) {
  for (auto const* id : {"8", "0", "-1", "x", "9223372036854775807", "99999999999999999999"}) {
    auto const reply = get(std::string{"/api/v1/snapshots/"} + id);
    EXPECT_EQ(status(reply), 404) << id;
    EXPECT_THAT(detail(reply), HasSubstr("there is no picture"));
  }
  controls.stored_reply = Error{Fault::gone, "cannot read the picture: no such file"};
  auto const reply = get("/api/v1/snapshots/7");
  EXPECT_EQ(status(reply), 410);
  EXPECT_EQ(field(reply, "Cache-Control"), "no-store");
  controls.stored_reply = Error{Fault::busy, "too many"};
  EXPECT_EQ(status(get("/api/v1/snapshots/7")), 503);
}

TEST_F(RecordedPictures, EachSaysItsAddress) {
  auto const page = boost::json::parse(body(get("/api/v1/snapshots")));
  EXPECT_EQ(page.at("snapshots").at(0).at("url").as_string(), "/api/v1/snapshots/7");
}

TEST_F(RecordedPictures, AreFoundByTime) {
  EXPECT_EQ(status(get("/api/v1/snapshots?since=2026-03-01T00:00:00Z"
                       "&until=2026-03-02T00:00:00%2B01:00&after=3&before=9")),
            200);
  auto const& query = controls.picture_query;
  EXPECT_EQ(query.since, parse_rfc3339("2026-03-01T00:00:00Z").value());
  EXPECT_EQ(query.until, parse_rfc3339("2026-03-01T23:00:00Z").value());
  EXPECT_EQ(query.after, 3);
  EXPECT_EQ(query.before, 9);
  EXPECT_EQ(status(get("/api/v1/snapshots?until=2026-03-02T00:00:00+01:00")), 200)
      << "a plus that nobody encoded";
  EXPECT_EQ(controls.picture_query.until, parse_rfc3339("2026-03-01T23:00:00Z").value());
  EXPECT_THAT(detail(get("/api/v1/snapshots?since=yesterday")),
              HasSubstr("'since' must be a time"));
}

TEST_F(RecordedPictures, ACameraIsLookedAtWithoutStoring) {
  auto const reply = get("/api/v1/cameras/door/picture?fit=160x120");
  EXPECT_EQ(body(reply), "JPEG");
  EXPECT_EQ(field(reply, "Cache-Control"), "no-store");
  ASSERT_EQ(controls.looks.size(), 1u);
  EXPECT_EQ(controls.looks[0].camera, "door");
  EXPECT_EQ(controls.looks[0].which, LookRequest::Which::fresh);
  EXPECT_EQ(controls.looks[0].fit, (PictureFit{160, 120, false, 0}));
  controls.look_reply = Error{Fault::not_found, "there is no camera 'attic'"};
  EXPECT_EQ(status(get("/api/v1/cameras/attic/picture")), 404);
  EXPECT_THAT(detail(get("/api/v1/cameras/door/picture?download")),
              HasSubstr("unknown parameter 'download'"));
  EXPECT_TRUE(controls.untouched());
}

}  // namespace
}  // namespace snapcron
