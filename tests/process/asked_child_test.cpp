// A program that is asked over and over: cat answers what it is asked, others do not.

#include "process/asked_child.hpp"

#include "support/await.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST(AnAskedChild, AnswersLineByLine) {
  asio::io_context loop;
  auto const child = AskedChild::start(loop.get_executor(), {"cat"}).value();

  EXPECT_EQ(await(loop, child->ask("one\n", 10s)).value(), "one");
  EXPECT_EQ(await(loop, child->ask("two\n", 10s)).value(), "two");
}

TEST(AnAskedChild, IsGivenUpWhenItHangs) {
  asio::io_context loop;
  auto const child = AskedChild::start(loop.get_executor(), {"sleep", "100"}).value();

  auto const answer = await(loop, child->ask("one\n", 50ms));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::timed_out);
  EXPECT_FALSE(await(loop, child->ask("two\n", 10s)));
}

TEST(AnAskedChild, TellsThatItEnded) {
  std::signal(SIGPIPE, SIG_IGN);  // as the daemon does
  asio::io_context loop;
  auto const child = AskedChild::start(loop.get_executor(), {"false"}).value();

  auto const answer = await(loop, child->ask("one\n", 10s));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::failed);
}

TEST(AnAskedChild, IsNotStartedWhenThereIsNoSuchProgram) {
  asio::io_context loop;

  auto const child = AskedChild::start(loop.get_executor(), {"/no/such/program"});

  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().fault, Fault::not_found);
}

}  // namespace
}  // namespace snapcron
