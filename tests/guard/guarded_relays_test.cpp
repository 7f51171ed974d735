// The daemon's side, with guards that are threads instead of processes: they die when the test says
// so.
#include "guard/guarded_relays.hpp"

#include "guard/guard.hpp"
#include "guard/relays.hpp"
#include "lines/fake_gpio.hpp"
#include "sim/chip.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <thread>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using test::pulse;
using test::relay;
using test::run_ready;
using test::run_until;
using test::steady;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Kind = RelayCommand::Kind;

/// A guard with a loop and a chip of its own. Its death is that of a process: lines and connections
/// are let go of, nothing is driven, nothing is said.
class GuardThread {
 public:
  GuardThread(int listener, std::filesystem::path const& socket, std::filesystem::path const& state)
      : chip_{state},
        guard_{std::in_place,
               loop_,
               chip_,
               clock_,
               Descriptor{::fcntl(listener, F_DUPFD_CLOEXEC, 3)},
               socket,
               [](std::string const&) {},
               [this] { loop_.stop(); },
               50ms},
        thread_{[this] {
          loop_.run();
          guard_.reset();
        }} {}
  ~GuardThread() { die(); }

  void die() {
    boost::asio::post(loop_, [this] { loop_.stop(); });
    wait();
  }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context loop_;
  SystemClock clock_;
  SimChip chip_;
  std::optional<Guard> guard_;
  std::thread thread_;
};

class GuardedRelaysTest : public testing::Test {
 protected:
  std::unique_ptr<GuardedRelays> daemon() {
    return std::make_unique<GuardedRelays>(
        loop_, chip_, control_socket_, clock_,
        [this](unsigned number, bool on) { changes_.emplace_back(number, on); },
        [this](std::string const& text) { problems_.push_back(text); },
        [this](int listener) -> Result<guard::Process> {
          if (slow_start_) slow_start_();
          if (!refused_.empty()) return Error{Fault::failed, refused_};
          guards_.push_back(
              std::make_unique<GuardThread>(listener, guard::socket_of(control_socket_), state_));
          return guard::Process{4242, {}};
        });
  }
  bool level(std::string const& line) {
    for (auto const& [name, high] : SimChip::levels(state_))
      if (name == line) return high;
    ADD_FAILURE() << "no line " << line;
    return false;
  }

  TemporaryFolder folder_;
  std::filesystem::path control_socket_ = folder_ / "sock";
  std::filesystem::path state_ = folder_ / "sock.sim";
  SimChip chip_{state_};  // the daemon's own way to it
  boost::asio::io_context loop_;
  SystemClock clock_;
  std::vector<std::pair<unsigned, bool>> changes_;
  std::vector<std::string> problems_;
  std::string refused_;  // why no guard can be started
  std::function<void()> slow_start_;
  std::vector<std::unique_ptr<GuardThread>> guards_;
};

TEST_F(GuardedRelaysTest, ACommandIsDoneWhenItReturns) {
  auto const relays = daemon();
  auto bell = relay(2, "9");
  bell.initial = true;
  ASSERT_TRUE(relays->configure({relay(1, "8"), bell}));
  EXPECT_FALSE(relays->on(1));
  EXPECT_TRUE(relays->on(2));
  EXPECT_THAT(changes_, IsEmpty());

  ASSERT_TRUE(relays->command(1, steady(Kind::on)));

  EXPECT_TRUE(level("8"));
  EXPECT_TRUE(relays->on(1));
  EXPECT_THAT(changes_, ElementsAre(Pair(1u, true)));
  EXPECT_EQ(relays->command(7, steady(Kind::on)).error().fault, Fault::not_found);
}

TEST_F(GuardedRelaysTest, WithoutRelaysThereIsNoGuard) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({}));
  EXPECT_THAT(guards_, IsEmpty());
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  EXPECT_EQ(guards_.size(), 1u);
}

TEST_F(GuardedRelaysTest, TheEndOfAPulseIsHeardOf) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  ASSERT_TRUE(relays->command(1, pulse(20ms)));
  EXPECT_TRUE(relays->pulsing());
  EXPECT_TRUE(run_until(loop_, [&] { return !relays->on(1); }));
  EXPECT_FALSE(relays->pulsing());
  EXPECT_THAT(changes_, ElementsAre(Pair(1u, true), Pair(1u, false)));
}

TEST_F(GuardedRelaysTest, AReloadKeepsWhatDidNotChange) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  ASSERT_TRUE(relays->command(1, pulse(10s)));
  ASSERT_TRUE(relays->configure({relay(1, "8"), relay(2, "9")}));
  EXPECT_TRUE(relays->on(1));
  EXPECT_TRUE(relays->pulsing());
  EXPECT_TRUE(relays->command(2, steady(Kind::on)));
  EXPECT_EQ(guards_.size(), 1u);
}

TEST_F(GuardedRelaysTest, AReloadThatIsRefusedLeavesAllAsItWas) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  ASSERT_TRUE(relays->command(1, steady(Kind::on)));
  SimChip other{state_};
  auto const held = other.request_output(relay(5, "9"), false);
  auto const refused = relays->configure({relay(1, "8"), relay(2, "9")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::busy);
  EXPECT_TRUE(relays->on(1));
  EXPECT_EQ(relays->specs().size(), 1u);
  EXPECT_TRUE(relays->command(1, steady(Kind::off)));
}

TEST_F(GuardedRelaysTest, AGuardThatDiesIsFollowedByOneThatKnowsAll) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8"), relay(2, "9")}));
  ASSERT_TRUE(relays->command(1, pulse(300ms)));
  ASSERT_TRUE(relays->command(2, steady(Kind::on)));
  auto const begun = clock_.now().steady;
  changes_.clear();

  guards_[0]->die();
  ASSERT_TRUE(run_until(loop_, [&] { return guards_.size() == 2; }));

  EXPECT_TRUE(level("8"));
  EXPECT_TRUE(level("9"));
  EXPECT_THAT(
      problems_,
      ElementsAre(HasSubstr("has ended; process 4242 has taken up the relays as they stood")));
  EXPECT_THAT(changes_, IsEmpty());
  EXPECT_TRUE(run_until(loop_, [&] { return !relays->on(1); }));
  EXPECT_GE(clock_.now().steady - begun, 290ms);
  EXPECT_FALSE(level("8"));
  EXPECT_TRUE(relays->on(2));
}

TEST_F(GuardedRelaysTest, ACommandThatFindsItsGuardDeadIsDoneByTheNext) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  guards_[0]->die();
  EXPECT_TRUE(relays->command(1, pulse(10s)));
  EXPECT_TRUE(level("8"));
  EXPECT_TRUE(relays->pulsing());
  EXPECT_THAT(changes_, ElementsAre(Pair(1u, true)));
}

TEST_F(GuardedRelaysTest, WithoutAnyGuardCommandsFailUntilThereIsOneAgain) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  refused_ = "cannot start the relay guard: no memory";
  guards_[0]->die();
  auto const done = relays->command(1, steady(Kind::on));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("no memory"));
  EXPECT_FALSE(relays->available(1));
  EXPECT_THAT(relays->command(1, steady(Kind::on)).error().text, HasSubstr("no memory"));
  refused_.clear();
  EXPECT_TRUE(run_until(loop_, [&] { return relays->available(1); }));
}

TEST_F(GuardedRelaysTest, WhatIsDueWhileThereIsNoGuardIsSwitchedFromHere) {
  auto const relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8"), relay(2, "9")}));
  ASSERT_TRUE(relays->command(1, pulse(20ms)));
  ASSERT_TRUE(relays->command(2, steady(Kind::on)));
  guards_[0]->die();
  slow_start_ = [&] {
    std::this_thread::sleep_for(30ms);
    refused_ = "cannot start the relay guard: no memory";
  };
  EXPECT_TRUE(run_until(loop_, [&] { return !relays->on(1); }));
  EXPECT_FALSE(level("8"));
  EXPECT_TRUE(level("9"));
  EXPECT_FALSE(relays->available(1));
}

TEST_F(GuardedRelaysTest, ANewDaemonTakesALivingGuardOver) {
  auto first = daemon();
  ASSERT_TRUE(first->configure({relay(1, "8")}));
  ASSERT_TRUE(first->command(1, pulse(10s)));
  first.reset();
  auto const second = daemon();
  ASSERT_TRUE(second->configure({relay(1, "8")}));
  EXPECT_EQ(guards_.size(), 1u);
  EXPECT_TRUE(second->on(1));
  EXPECT_TRUE(second->pulsing());
  EXPECT_TRUE(level("8"));
}

TEST_F(GuardedRelaysTest, AStopReturnsWhenTheRelaysAreAtTheirOnExitAndTheLinesAreFree) {
  auto const relays = daemon();
  auto lamp = relay(2, "9");
  lamp.on_exit = true;
  ASSERT_TRUE(relays->configure({relay(1, "8"), lamp}));
  ASSERT_TRUE(relays->command(1, steady(Kind::on)));
  relays->stop();
  EXPECT_FALSE(level("8"));
  EXPECT_TRUE(level("9"));
  EXPECT_FALSE(guard_answers(control_socket_));
  SimChip other{state_};
  EXPECT_TRUE(other.request_output(relay(5, "8"), false));
  EXPECT_FALSE(relays->command(1, steady(Kind::on)));
}

TEST_F(GuardedRelaysTest, AStopInAPulseLeavesItToTheGuard) {
  auto relays = daemon();
  ASSERT_TRUE(relays->configure({relay(1, "8")}));
  ASSERT_TRUE(relays->command(1, pulse(100ms)));
  relays->stop();
  relays.reset();
  EXPECT_TRUE(guard_answers(control_socket_));
  guards_[0]->wait();
  EXPECT_FALSE(level("8"));
}

TEST_F(GuardedRelaysTest, SomebodyElsesFileIsNotReplaced) {
  folder_.write("sock.guard", "a file");
  auto const relays = daemon();
  auto const had = relays->configure({relay(1, "8")});
  ASSERT_FALSE(had);
  EXPECT_THAT(had.error().text, HasSubstr("sock.guard"));
  EXPECT_EQ(contents(folder_ / "sock.guard"), "a file");
}

/// Speaks another version: understands nothing but Hello and Stop.
TEST_F(GuardedRelaysTest, AGuardOfAnotherVersionIsAskedToEndAndWaitedFor) {
  auto const socket = guard::socket_of(control_socket_);
  auto listener = guard::listen_at(socket);
  ASSERT_TRUE(listener);
  std::string heard;
  std::thread old{[&] {
    guard::Inbox inbox;
    auto const until = clock_.now().steady + 5s;
    guard::wait_readable(listener->get(), until);
    Descriptor const connection{::accept(listener->get(), nullptr, nullptr)};
    for (int i = 0; i < 2; ++i) {
      if (!guard::wait_readable(connection.get(), until) ||
          inbox.receive(connection.get()) != guard::Received::message)
        break;
      heard += inbox.message().front();
      if (i == 0) guard::send(connection.get(), encode(guard::Reply{guard::Welcome{99}}));
    }
    std::filesystem::remove(socket);
    *listener = {};
  }};
  auto const relays = daemon();
  EXPECT_TRUE(relays->configure({relay(1, "8")}));
  old.join();
  EXPECT_EQ(heard, "HS");
  EXPECT_EQ(guards_.size(), 1u);
}

}  // namespace
}  // namespace snapcron
