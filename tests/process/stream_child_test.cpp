#include "process/stream_child.hpp"

#include "support/await.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class AStreamingChild : public testing::Test {
 protected:
  static StreamSpec program(std::string code) {
    return {.argv = {"python3", "-uc", "import os, signal, sys, time\n" + std::move(code)},
            .input = {},
            .first_within = 20s,
            .stall_timeout = 20s};
  }
  Result<StreamEnd> run(StreamSpec spec, std::size_t most = 1'000'000) {
    auto const take = [this, most](std::string_view bytes) {
      got.append(bytes);
      return got.size() < most;
    };
    return await(loop, stream_child(std::move(spec), take));
  }

  boost::asio::io_context loop{1};
  std::string got;
};

TEST_F(AStreamingChild, IsHandedOverAsItComes) {
  auto const end =
      run(program("print('one'); print('two'); print('no', file=sys.stderr); sys.exit(3)"));
  ASSERT_TRUE(end);
  EXPECT_EQ(got, "one\ntwo\n");
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(end->errors, "no\n");
  EXPECT_FALSE(end->enough || end->stalled);
}

TEST_F(AStreamingChild, ReadsWhatNoArgumentTells) {
  auto spec = program("print(sys.stdin.read().upper(), end='')");
  spec.input = "secret\n";
  ASSERT_TRUE(run(spec));
  EXPECT_EQ(got, "SECRET\n");
}

TEST_F(AStreamingChild, MayWriteWithoutEndUntilItIsEnough) {
  auto const end = run(program("while True: os.write(1, b'x' * 65536)"));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->enough);
  EXPECT_LT(got.size(), 2'000'000u);
}

TEST_F(AStreamingChild, ThatStandsStillIsEndedEvenWhenItIgnoresTerm) {
  auto spec = program("signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x'); time.sleep(99)");
  spec.stall_timeout = 100ms;
  auto const begun = std::chrono::steady_clock::now();
  auto const end = run(spec);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->stalled);
  EXPECT_EQ(end->exit_code, -SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
}

TEST_F(AStreamingChild, ThatNeverWritesIsEnded) {
  auto spec = program("time.sleep(99)");
  spec.first_within = 100ms;
  auto const end = run(spec);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->stalled);
}

TEST_F(AStreamingChild, EndsWithWhoeverWantedIt) {
  boost::asio::cancellation_signal cancel;
  boost::asio::steady_timer timer{loop};
  bool over = false;
  boost::asio::co_spawn(
      loop,
      stream_child(program("print('x'); time.sleep(99)"),
                   [&](std::string_view) {
                     timer.expires_after(0ms);
                     timer.async_wait(
                         [&](auto) { cancel.emit(boost::asio::cancellation_type::terminal); });
                     return true;
                   }),
      boost::asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr, Result<StreamEnd>) { over = true; }));
  loop.run_for(15s);
  EXPECT_TRUE(over);
}

TEST_F(AStreamingChild, ThatIsNotInstalledSaysSo) {
  auto const end = run({.argv = {"no-such-program"}, .input = {}});
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().fault, Fault::not_found);
  EXPECT_THAT(end.error().text, StartsWith("cannot start 'no-such-program'"));
}

}  // namespace
}  // namespace snapcron
