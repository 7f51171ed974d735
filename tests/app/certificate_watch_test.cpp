// A certificate whose files change while it is in use.

#include "app/certificate_watch.hpp"

#include "../support/certificates.hpp"
#include "../support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <vector>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MovableClock : public Clock {
 public:
  Moment now() const override { return moment; }
  Moment moment{Steady{}, std::chrono::system_clock::now()};
};

class Watched : public testing::Test {
 protected:
  Watched() { use(put(first)); }
  ~Watched() override {
    watch.stop();
    workers.join();
    loop.restart();
    loop.poll();
  }

  TlsSpec put(TestCertificate const& one) { return put(one.certificate(), one.key()); }
  TlsSpec put(std::string certificate, std::string key) {
    folder.write("cert.pem", certificate);
    folder.write("key.pem", key);
    return {folder / "cert.pem", folder / "key.pem", std::move(certificate), std::move(key)};
  }
  void use(TlsSpec const& spec) { watch.use(spec, Certificate::make(spec)->validity()); }

  /// Turns the loop until `done`; false after five seconds.
  bool turn_until(std::function<bool()> const& done) {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds{5});
    }
    return true;
  }
  /// As long as several looks take, at least.
  void turn_a_while() {
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds{60};
    turn_until([&] { return std::chrono::steady_clock::now() > until; });
  }

  TemporaryFolder folder;
  TestCertificate const first, second;
  boost::asio::io_context loop;
  boost::asio::thread_pool workers{1};
  MovableClock clock;
  std::vector<TlsSpec> renewed;
  std::vector<std::string> warnings;
  CertificateWatch watch{loop,
                         workers,
                         clock,
                         {.renewed =
                              [this](TlsSpec spec) {
                                use(spec);
                                renewed.push_back(std::move(spec));
                              },
                          .warn = [this](std::string const& text) { warnings.push_back(text); }},
                         std::chrono::milliseconds{2}};
};

TEST_F(Watched, ItIsTakenWhenItsFilesHoldAnotherOne) {
  auto const next = put(second);
  ASSERT_TRUE(turn_until([&] { return !renewed.empty(); }));
  turn_a_while();
  EXPECT_THAT(renewed, ElementsAre(next)) << "and once only";
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(Watched, TheSameTextWrittenAnewIsNoNews) {
  put(first);
  turn_a_while();
  EXPECT_THAT(renewed, IsEmpty());
}

TEST_F(Watched, ABrokenPairIsToldOnceAndTheOldOneStays) {
  put(second.certificate(), first.key());
  ASSERT_TRUE(turn_until([&] { return !warnings.empty(); }));
  turn_a_while();
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("does not belong to the certificate")));
  EXPECT_THAT(watch.error(), HasSubstr("does not belong"));
  EXPECT_THAT(renewed, IsEmpty());

  std::filesystem::remove(folder / "key.pem");
  ASSERT_TRUE(turn_until([&] { return warnings.size() == 2; })) << "another mistake is news";
  EXPECT_THAT(warnings.back(), HasSubstr("cannot read"));

  put(second);
  ASSERT_TRUE(turn_until([&] { return !renewed.empty(); }));
  EXPECT_EQ(watch.error(), "");
}

TEST_F(Watched, ThatTheOldOneIsBackEndsTheTrouble) {
  put("nonsense", first.key());
  ASSERT_TRUE(turn_until([&] { return !watch.error().empty(); }));
  put(first);
  EXPECT_TRUE(turn_until([&] { return watch.error().empty(); }));
  EXPECT_THAT(renewed, IsEmpty());
}

TEST_F(Watched, ItsEndIsToldOnceADay) {
  turn_a_while();
  EXPECT_THAT(warnings, IsEmpty());
  clock.moment.wall += days{360};
  ASSERT_TRUE(turn_until([&] { return !warnings.empty(); }));
  turn_a_while();
  EXPECT_THAT(warnings, ElementsAre(HasSubstr(" expires on ")));
  clock.moment.wall += days{6};
  EXPECT_TRUE(turn_until([&] { return warnings.size() == 2; }));
  EXPECT_THAT(warnings.back(), HasSubstr(" has expired on "));
}

TEST_F(Watched, WithoutACertificateNothingWakesTheLoop) {
  turn_a_while();
  watch.stop();
  turn_a_while();
  loop.restart();
  EXPECT_EQ(loop.run_for(std::chrono::milliseconds{50}), 0u);
  put(second);
  loop.restart();
  EXPECT_EQ(loop.run_for(std::chrono::milliseconds{50}), 0u);
  EXPECT_THAT(renewed, IsEmpty());
}

}  // namespace
}  // namespace snapcron
