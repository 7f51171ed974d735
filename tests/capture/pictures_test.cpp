#include "capture/pictures.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"
#include "support/mounted_tmpfs.hpp"
#include "support/photo.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <chrono>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Connection = FakeCamera::Connection;
namespace asio = boost::asio;
namespace fs = std::filesystem;

std::string const good = photo({.width = 64, .height = 48});

CameraSpec pattern(std::string name) {
  CameraSpec spec;
  spec.name = std::move(name);
  spec.source = TestPatternCamera{64, 48};
  return spec;
}

CameraSpec at(FakeCamera const& camera, std::string name = "door") {
  CameraSpec spec;
  spec.name = std::move(name);
  spec.source = UrlCamera{camera.url(), {}, {}};
  spec.timeout = 5s;
  spec.stall_timeout = 3s;
  return spec;
}

/// Without the comment that tells a stored picture's facts.
std::string as_sent(std::string stored) {
  auto const at = stored.find("\xff\xfe");
  if (at == std::string::npos) return "no comment";
  auto const length = static_cast<unsigned char>(stored[at + 2]) * 256U +
                      static_cast<unsigned char>(stored[at + 3]);
  return stored.erase(at, length + 2);
}

/// Serves good pictures for as long as it is asked.
void serve(Connection& c) {
  while (!c.request().empty()) c.picture(good);
}

std::size_t files_below(fs::path const& folder) {
  std::size_t count = 0;
  if (!fs::exists(folder)) return 0;
  for (auto const& entry : fs::recursive_directory_iterator{folder})
    count += entry.is_regular_file() && !entry.is_symlink();
  return count;
}

class PicturesTest : public testing::Test {
 protected:
  Pictures& with(std::vector<CameraSpec> const& cameras) {
    pictures.emplace(loop, clock, Zone{}, cameras, storage());
    pictures->on_camera([this](std::string const& camera, bool ok, std::string const& text) {
      changes.push_back(camera + (ok ? " found" : " lost: " + text));
    });
    return *pictures;
  }
  StorageSpec storage(std::string const& name = "{camera}/{rule}_{seq}.jpg") const {
    return {directory, Template::parse(name, Template::Use::file_name).value()};
  }
  static Pictures::Take of(std::string camera, unsigned seq = 1) {
    Pictures::Take take;
    take.camera = std::move(camera);
    take.values.rule = "night";
    take.values.seq = seq;
    return take;
  }
  Result<Pictures::Taken> take(Pictures::Take request) {
    return await(loop, pictures->take(std::move(request)));
  }
  /// Begins a capture and does not wait for it.
  void begin(Pictures::Take request) {
    asio::co_spawn(loop, pictures->take(std::move(request)),
                   [this](std::exception_ptr failure, Result<Pictures::Taken> taken) {
                     if (!failure) results.push_back(std::move(taken));
                   });
  }
  void finish(std::size_t count, std::chrono::milliseconds within = 5s) {
    auto const until = std::chrono::steady_clock::now() + within;
    loop.restart();
    while (results.size() < count && std::chrono::steady_clock::now() < until) {
      loop.restart();
      loop.run_one_for(10ms);
    }
    ASSERT_EQ(results.size(), count);
  }

  TemporaryFolder folder;
  fs::path const directory = folder / "pictures";
  asio::io_context loop{1};
  SystemClock clock;
  std::optional<Pictures> pictures;
  std::vector<std::string> changes;
  std::vector<Result<Pictures::Taken>> results;
};

TEST_F(PicturesTest, ATestPatternBecomesAFile) {
  with({pattern("bench")});

  auto const taken = take(of("bench"));

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(taken->path, directory / "bench/night_1.jpg");
  EXPECT_EQ(contents(taken->path), *taken->jpeg);
  EXPECT_EQ(contents(directory / "bench/lastshot.jpg"), *taken->jpeg);
  EXPECT_EQ(taken->size, (PictureSize{64, 48}));
  EXPECT_EQ(taken->warning, "");
  EXPECT_GT(taken->took, 0ns);
  EXPECT_THAT(changes, ElementsAre("bench found"));
}

TEST_F(PicturesTest, ACommandsOutputBecomesAFile) {
  CameraSpec usb;
  usb.name = "usb";
  usb.source = CommandCamera{{"cat", folder.write("still.jpg", good).string()}};
  with({usb});

  auto const taken = take(of("usb"));

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(as_sent(contents(taken->path)), good);
}

TEST_F(PicturesTest, TheNameTellsTheTimeOfTheCapture) {
  with({pattern("bench")});
  auto request = of("bench");
  request.filename =
      Template::parse("{camera}/{time:%Y%m%d%H%M%S}.jpg", Template::Use::file_name).value();

  auto const taken = take(request);

  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->path, directory / "bench" /
                             (format_time("%Y%m%d%H%M%S", taken->captured.wall, Zone{}) + ".jpg"));
}

TEST_F(PicturesTest, TwoOfOneNameGetTwoNames) {
  with({pattern("bench")});

  EXPECT_EQ(take(of("bench"))->path, directory / "bench/night_1.jpg");
  EXPECT_EQ(take(of("bench"))->path, directory / "bench/night_1-2.jpg");
}

TEST_F(PicturesTest, NoNameMeansTheFirstCamera) {
  with({pattern("window"), pattern("bench")});

  EXPECT_EQ(take(of(""))->path, directory / "window/night_1.jpg");
}

TEST_F(PicturesTest, AnUnknownCameraIsAnswered) {
  with({pattern("window"), pattern("bench")});

  auto const taken = take(of("dor"));

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error(),
            (Error{Fault::not_found, "there is no camera 'dor' (there is: window, bench)"}));
  with({});
  EXPECT_EQ(take(of("")).error().fault, Fault::not_found);
}

TEST_F(PicturesTest, WhatIsNotToBeStoredIsNotWritten) {
  with({pattern("bench")});
  auto request = of("bench");
  request.store = false;

  auto const taken = take(request);

  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->path.empty());
  EXPECT_FALSE(taken->jpeg->empty());
  EXPECT_FALSE(fs::exists(directory));
}

TEST_F(PicturesTest, APageIsNeverStoredAsAPicture) {
  FakeCamera server{[](Connection& c) {
    while (!c.request().empty()) c.page("200 OK", "<html><title>Please wait</title></html>");
  }};
  with({at(server)});

  auto const taken = take(of("door"));

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::bad_picture);
  EXPECT_EQ(taken.error().text, "camera 'door': the body is HTML, not a JPEG: Please wait");
  EXPECT_EQ(files_below(directory), 0u);
  EXPECT_THAT(changes, ElementsAre("door lost: " + taken.error().text));
  EXPECT_EQ(pictures->status().at(0).error, taken.error().text);
}

TEST_F(PicturesTest, ABrokenPictureIsFetchedOnceMore) {
  std::atomic<int> asked{0};
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty())
      c.picture(++asked == 1 ? good.substr(0, good.size() / 2) + "\xff\xd9" : good);
  }};
  with({at(server)});

  auto const taken = take(of("door"));

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(taken->path, directory / "door/night_1.jpg");
  EXPECT_EQ(files_below(directory), 1u);
}

TEST_F(PicturesTest, APictureThatStaysBrokenIsGivenUp) {
  std::atomic<int> asked{0};
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) {
      ++asked;
      c.picture(good.substr(0, good.size() / 2));
    }
  }};
  with({at(server)});

  auto const taken = take(of("door"));

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().text, "camera 'door': the picture is cut off");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(files_below(directory), 0u);
}

TEST_F(PicturesTest, ACameraIsLostAndFoundOnce) {
  std::atomic<bool> well{true};
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) well ? c.picture(good) : c.page("503 Service Unavailable", "busy");
  }};
  with({at(server)});
  EXPECT_EQ(pictures->status().at(0).state, CameraStatus::State::unknown);
  EXPECT_FALSE(pictures->status().at(0).last);

  for (bool const now : {true, true, false, false, true, true}) {
    well = now;
    EXPECT_EQ(take(of("door")).has_value(), now);
  }

  EXPECT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0], "door found");
  EXPECT_THAT(changes[1], HasSubstr("lost: camera 'door': GET "));
  EXPECT_EQ(changes[2], "door found");
  EXPECT_EQ(pictures->status().at(0).state, CameraStatus::State::ok);
  EXPECT_TRUE(pictures->status().at(0).last);
}

TEST_F(PicturesTest, CapturesOfOneCameraGoOneAfterAnother) {
  std::atomic<int> now{0}, most{0};
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) {
      most = std::max<int>(most, ++now);
      c.pause(5ms);
      --now;
      c.picture(good);
    }
  }};
  with({at(server)});

  for (unsigned i = 1; i <= 20; ++i) begin(of("door", i));
  finish(20);

  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_TRUE(results[i]) << results[i].error().text;
    EXPECT_EQ(results[i]->path, directory / ("door/night_" + std::to_string(i + 1) + ".jpg"));
  }
  EXPECT_EQ(most, 1);
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_EQ(fs::read_symlink(directory / "door/lastshot.jpg"), "night_20.jpg");
}

TEST_F(PicturesTest, MoreThanThirtyTwoWaitersAreTurnedAway) {
  FakeCamera server{[](Connection& c) {
    while (!c.request().empty()) {
      c.pause(20ms);
      c.picture(good);
    }
  }};
  with({at(server)});

  for (unsigned i = 1; i <= 40; ++i) begin(of("door", i));
  finish(40, 20s);

  std::size_t busy = 0;
  for (auto const& result : results) {
    if (result) continue;
    ++busy;
    EXPECT_EQ(result.error().fault, Fault::busy);
    EXPECT_EQ(result.error().text,
              "camera 'door': 32 captures wait for it already; it is too slow for so many");
  }
  EXPECT_EQ(busy, 40u - 33u);
}

TEST_F(PicturesTest, AHangingCameraDelaysNoOther) {
  FakeCamera hanging{[](Connection& c) { c.stall(); }};
  FakeCamera well{serve};
  with({at(hanging, "gate"), at(well, "door")});
  for (unsigned i = 1; i <= 10; ++i) begin(of("gate", i));

  auto const begun = std::chrono::steady_clock::now();
  auto const taken = take(of("door"));

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s) << "less than the other's stall time";
  EXPECT_TRUE(results.empty());
  await(loop, pictures->stop());
}

TEST_F(PicturesTest, APictureThatTakesLongToCheckIsSavedAllTheSame) {
  auto const huge = photo({.width = 5000, .height = 5000, .quality = 90});
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) c.picture(huge);
  }};
  auto spec = at(server);
  spec.max_bytes = 100'000'000;
  with({spec});

  auto const taken = take(of("door"));

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_TRUE(as_sent(contents(taken->path)) == huge);
  EXPECT_EQ(files_below(directory), 1u);
}

TEST_F(PicturesTest, ADiskThatFailsIsNotTheCamerasFault) {
  fs::create_directories(directory);
  MountedTmpfs const disk{directory, "size=64k"};
  if (!disk.why_not().empty()) GTEST_SKIP() << disk.why_not();
  FakeCamera server{serve};
  with({at(server)});

  std::optional<Error> error;
  for (int i = 0; i < 100 && !error; ++i) {
    if (auto const taken = take(of("door")); !taken) error = taken.error();
  }

  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::no_space);
  EXPECT_EQ(pictures->status().at(0).state, CameraStatus::State::ok);
  EXPECT_THAT(changes, ElementsAre("door found"));
}

TEST_F(PicturesTest, ALastshotThatCannotBeRenewedIsAWarning) {
  fs::create_directories(directory / "bench");
  std::ofstream{directory / "bench/lastshot.jpg"} << "somebody's";
  with({pattern("bench")});

  auto const taken = take(of("bench"));

  ASSERT_TRUE(taken);
  EXPECT_THAT(taken->warning, HasSubstr("it is not a symbolic link"));
}

TEST_F(PicturesTest, AReloadKeepsUnchangedCamerasAndTheirConnections) {
  FakeCamera server{serve};
  with({at(server), pattern("bench")});
  ASSERT_TRUE(take(of("door", 1)));

  pictures->configure(Zone{}, {pattern("new"), at(server)}, storage());
  ASSERT_TRUE(take(of("door", 2)));

  EXPECT_EQ(server.connections(), 1u);
  auto const status = pictures->status();
  ASSERT_EQ(status.size(), 2u);
  EXPECT_EQ(status[0].name, "new");
  EXPECT_EQ(status[1].state, CameraStatus::State::ok);
  EXPECT_FALSE(take(of("bench")));
}

TEST_F(PicturesTest, AReloadReplacesAChangedCamera) {
  FakeCamera one{serve}, other{serve};
  with({at(one)});
  ASSERT_TRUE(take(of("door", 1)));

  pictures->configure(Zone{}, {at(other)}, storage("{camera}-{seq}.jpg"));

  EXPECT_EQ(pictures->status().at(0).state, CameraStatus::State::unknown);
  EXPECT_TRUE(pictures->status().at(0).last) << "when it last gave a picture is still true";
  EXPECT_EQ(take(of("door", 2))->path, directory / "door-2.jpg");
  EXPECT_EQ(other.connections(), 1u);
}

TEST_F(PicturesTest, ACaptureUnderWayFinishesWithTheOldCamera) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.pause(200ms);
    c.picture(good);
  }};
  with({at(server)});
  begin(of("door"));
  loop.run_for(50ms);

  pictures->configure(Zone{}, {pattern("bench")}, storage());
  finish(1);

  ASSERT_TRUE(results[0]) << results[0].error().text;
  EXPECT_EQ(as_sent(contents(results[0]->path)), good);
}

TEST_F(PicturesTest, StoppingEndsWhatHangsAndRefusesWhatComes) {
  FakeCamera server{[](Connection& c) { c.stall(); }};
  with({at(server)});
  for (unsigned i = 1; i <= 5; ++i) begin(of("door", i));
  loop.run_for(50ms);

  auto const begun = std::chrono::steady_clock::now();
  await(loop, pictures->stop());

  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  finish(5);
  for (auto const& result : results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text, "no picture is taken any more: the program is ending");
  }
  EXPECT_FALSE(take(of("door")));
  EXPECT_TRUE(changes.empty()) << "the camera is not to blame";
}

TEST_F(PicturesTest, StoppingWaitsForWhatIsBeingWritten) {
  with({pattern("bench")});
  begin(of("bench"));
  while (!fs::exists(directory)) loop.run_one_for(1ms);

  await(loop, pictures->stop());

  loop.restart();
  loop.poll();
  EXPECT_EQ(results.size(), 1u);
}

TEST_F(PicturesTest, ACancelledCallerGivesItsTurnToTheNext) {
  std::atomic<int> asked{0};
  FakeCamera server{[&](Connection& c) {
    while (!c.request().empty()) ++asked == 1 ? c.stall() : void(c.picture(good));
  }};
  with({at(server)});
  asio::cancellation_signal cancel;
  bool cancelled = false;
  asio::co_spawn(loop, pictures->take(of("door", 1)),
                 asio::bind_cancellation_slot(cancel.slot(),
                                              [&](std::exception_ptr e, Result<Pictures::Taken>) {
                                                cancelled = e != nullptr;
                                              }));
  begin(of("door", 2));
  loop.run_for(50ms);

  cancel.emit(asio::cancellation_type::terminal);
  finish(1, 2s);

  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(results[0]);
}

TEST_F(PicturesTest, EverythingMayGoAwayInTheMiddle) {
  FakeCamera server{[](Connection& c) {
    c.request();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123");
    c.stall();
  }};
  for (auto const time : {0ms, 5ms, 50ms}) {
    asio::io_context short_loop;
    Pictures short_lived{short_loop, clock, Zone{}, {at(server), pattern("bench")}, storage()};
    for (auto const* const camera : {"door", "door", "bench", "bench"})
      asio::co_spawn(short_loop, short_lived.take(of(camera)),
                     [](std::exception_ptr, Result<Pictures::Taken>) {});
    short_loop.run_for(time);
  }
}

CameraSpec buffered(std::string name, BufferSpec const& buffer = {.seconds = 5s, .fps = 30}) {
  auto spec = pattern(std::move(name));
  spec.buffer = buffer;
  return spec;
}

class BufferedPictures : public PicturesTest {
 protected:
  /// Turns the loop until the camera has frames of that long a time.
  void fill(Duration span) {
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (pictures->status().at(0).buffer->span < span) {
      ASSERT_LT(std::chrono::steady_clock::now(), until);
      loop.restart();
      loop.run_one_for(10ms);
    }
  }
  Result<Pictures::Series> take_around(Pictures::Around around) {
    Pictures::OnPicture const kept = [this](Pictures::Taken taken) {
      return keep(std::move(taken));
    };
    return await(loop, pictures->take_around(of("bench"), around, kept));
  }
  asio::awaitable<bool> keep(Pictures::Taken taken) {
    EXPECT_TRUE(fs::exists(taken.path)) << "it is durable when it is told of";
    series.push_back(std::move(taken));
    co_return series.size() < enough;
  }
  std::vector<Pictures::Taken> series;
  std::size_t enough = 1000;
};

TEST_F(BufferedPictures, AreTakenFromBothSidesOfTheEdge) {
  with({buffered("bench")});
  fill(300ms);
  auto const edge = clock.now();

  auto const taken = take_around({edge, 200ms, 200ms, 50ms});

  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_FALSE(taken->trouble);
  ASSERT_EQ(taken->pictures, series.size());
  ASSERT_GE(series.size(), 4u);
  EXPECT_LT(series.front().captured.steady, edge.steady - 50ms);
  EXPECT_GE(series.front().captured.steady, edge.steady - 200ms);
  EXPECT_GT(series.back().captured.steady, edge.steady);
  EXPECT_LE(series.back().captured.steady, edge.steady + 200ms);
  EXPECT_TRUE(std::ranges::is_sorted(series, {},
                                     [](auto const& picture) { return picture.captured.steady; }));
  for (unsigned i = 0; i < series.size(); ++i)
    EXPECT_EQ(series[i].path, directory / ("bench/night_" + std::to_string(i + 1) + ".jpg"));
}

TEST_F(BufferedPictures, AreNeverNoneWhenTheCameraIsThere) {
  with({buffered("bench", {.seconds = 5s, .fps = 4})});
  fill(250ms);
  ASSERT_TRUE(take_around({clock.now(), 1ms, 1ms, 1s}));
  EXPECT_EQ(series.size(), 2u) << "the frames next to the edge";
}

TEST_F(BufferedPictures, EndWhenNoMoreAreWanted) {
  with({buffered("bench")});
  fill(300ms);
  enough = 2;
  auto const taken = take_around({clock.now(), 300ms, 1h, 50ms});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->pictures, 2u);
}

TEST_F(BufferedPictures, AreNoneOfACameraWithoutABuffer) {
  with({pattern("bench")});
  auto const taken = take_around({clock.now(), 1s, 0s, 1s});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::invalid);
}

TEST_F(BufferedPictures, MayBeAsOldAsTheCallSays) {
  with({buffered("bench", {.seconds = 5s, .fps = 4})});
  fill(250ms);
  auto request = of("bench");
  auto const called = clock.now().steady;
  EXPECT_GE(take(request)->captured.steady, called) << "no older picture without max_age";
  request.max_age = 10s;
  auto const again = clock.now().steady;
  EXPECT_LT(take(request)->captured.steady, again) << "one that is there";
}

TEST_F(BufferedPictures, KeepTheirFramesOverAReload) {
  with({buffered("bench")});
  fill(300ms);
  auto const frames = pictures->status().at(0).buffer->frames;
  pictures->configure(Zone{}, {buffered("bench"), pattern("another")}, storage());
  EXPECT_EQ(pictures->status().at(0).buffer->frames, frames);
  pictures->configure(Zone{}, {pattern("bench")}, storage());
  EXPECT_FALSE(pictures->status().at(0).buffer);
  await(loop, pictures->stop());
}

TEST_F(BufferedPictures, StopWithWhoeverWaitsForThem) {
  FakeCamera server{[](Connection& c) { c.stall(); }};
  auto spec = at(server, "bench");
  spec.buffer = BufferSpec{};
  with({spec});
  begin(of("bench"));
  loop.run_for(50ms);
  loop.restart();
  await(loop, pictures->stop());
  finish(1);
  EXPECT_EQ(results.at(0).error().fault, Fault::refused);
}

}  // namespace
}  // namespace snapcron
