// The line of text that a camera's pictures get.

#include "capture/pictures.hpp"

#include "support/await.hpp"
#include "support/fake_camera.hpp"
#include "support/photo.hpp"
#include "support/pixels.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AKeptOverlay : public testing::Test {
 protected:
  /// Of a camera that sends `sent` whenever it is asked.
  Result<Pictures::Taken> take(std::string const& sent, char const* overlay, bool store = true) {
    FakeCamera const camera{[&sent](FakeCamera::Connection& c) {
      while (!c.request().empty()) c.picture(sent);
    }};
    CameraSpec spec;
    spec.name = "door";
    spec.source = UrlCamera{camera.url(), {}, {}};
    if (overlay != nullptr) spec.overlay = Template::parse(overlay, Template::Use::text).value();
    Pictures pictures{loop,
                      clock,
                      Zone{},
                      {spec},
                      {folder.path(), Template::parse("p.jpg", Template::Use::file_name).value()}};
    Pictures::Take request;
    request.store = store;
    request.values.rule = "night";
    return await(loop, pictures.take(std::move(request)));
  }

  /// How much of the lowest lines is black or nearly.
  static double dark_below(std::string const& jpeg) {
    auto const pixels = pixels_of(jpeg);
    unsigned dark = 0, all = 0;
    for (unsigned y = pixels.height - 8; y < pixels.height; ++y)
      for (unsigned x = 0; x < pixels.width; ++x, ++all) {
        auto const [red, green, blue] = pixels.at(x, y);
        dark += red < 60 && green < 60 && blue < 60;
      }
    return static_cast<double>(dark) / all;
  }

  TemporaryFolder folder;
  boost::asio::io_context loop{1};
  SystemClock clock;
  std::string const bright = [] {
    Photo white{.width = 320, .height = 240, .noise = 0};
    white.seed = 20;
    return photo(white);
  }();
};

TEST_F(AKeptOverlay, IsDrawnIntoThePictureThatIsStoredAndTheFactsStay) {
  auto const taken = take(bright, "{camera} {rule} {time:%H:%M}");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->size, (PictureSize{320, 240}));
  auto const stored = contents(taken->path);
  EXPECT_EQ(stored, *taken->jpeg);
  EXPECT_THAT(stored, HasSubstr("{\"camera\": \"door\", \"rule\": \"night\""));
  EXPECT_GT(dark_below(stored), dark_below(bright) + 0.3);
}

TEST_F(AKeptOverlay, IsDrawnIntoThePictureThatIsOnlyShown) {
  auto const taken = take(bright, "{camera}", false);
  ASSERT_TRUE(taken);
  EXPECT_GT(dark_below(*taken->jpeg), dark_below(bright) + 0.3);
}

TEST_F(AKeptOverlay, IsNoneWithoutTheWord) {
  EXPECT_EQ(*take(bright, nullptr, false)->jpeg, bright);
}

TEST_F(AKeptOverlay, LeavesABrokenPictureToBeTold) {
  auto const taken = take(bright.substr(0, bright.size() / 2), "{camera}");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::bad_picture);
  EXPECT_THAT(taken.error().text, StartsWith("camera 'door': the picture is cut off"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace snapcron
