#include "process/child.hpp"

#include "support/await.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
namespace asio = boost::asio;

/// A line for the shell, as the simplest way to a program with odd habits.
ChildSpec shell(std::string const& line) {
  ChildSpec spec;
  spec.argv = {"/bin/sh", "-c", line};
  return spec;
}

int open_descriptors() {
  int count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

bool no_child_is_left() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

/// Gone, or a zombie that whoever adopted it has not yet looked at.
bool is_gone(pid_t pid) {
  for (int i = 0; i < 100; ++i) {
    auto const state = contents("/proc/" + std::to_string(pid) + "/stat");
    if (state.empty() || state.find(") Z") != std::string::npos) return true;
    ::usleep(10'000);
  }
  return false;
}

class Child : public testing::Test {
 protected:
  Result<ChildResult> run(ChildSpec spec) { return await(loop, run_child(std::move(spec))); }
  asio::io_context loop{1};
};

TEST_F(Child, GivesItsOutputItsErrorsAndItsExitCode) {
  auto const result = run(shell("echo picture; echo trouble >&2; exit 3"));

  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->output, "picture\n");
  EXPECT_EQ(result->errors, "trouble\n");
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_GT(result->took, 0ns);
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, EndedByASignalHasMinusItsNumber) {
  auto const result = run(shell("kill -9 $$"));

  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, -9);
}

TEST_F(Child, IsFoundInPath) {
  ChildSpec spec;
  spec.argv = {"echo", "a b", "$HOME;*"};

  auto const result = run(spec);

  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->output, "a b $HOME;*\n") << "no shell may look at the arguments";
}

TEST_F(Child, ThatDoesNotExistSaysWhereItWasSought) {
  ChildSpec spec;
  spec.argv = {"no-such-program"};

  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::not_found);
  EXPECT_THAT(result.error().text,
              StartsWith("cannot start 'no-such-program': there is no such program in PATH (/"));
}

TEST_F(Child, ThatIsNotExecutableSaysHowToMendIt) {
  TemporaryFolder const folder;
  ChildSpec spec;
  spec.argv = {folder.write("grab", "#!/bin/sh\n").string()};

  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::denied);
  EXPECT_THAT(result.error().text, HasSubstr("(chmod +x)"));
}

TEST_F(Child, ThatIsAScriptWithoutInterpreterSaysHowToMendIt) {
  TemporaryFolder const folder;
  ChildSpec spec;
  spec.argv = {folder.write("grab", "echo picture\n", std::filesystem::perms{0700}).string()};

  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("a script needs a first line like"));
}

TEST_F(Child, HasNoDescriptorOfOursAndAnEmptyStdin) {
  int const leaky = ::open("/dev/null", O_RDONLY);  // no O_CLOEXEC, as a foreign library may do

  auto const result = run(shell(
      "i=0; while [ $i -lt 256 ]; do [ -e /proc/self/fd/$i ] && echo $i; i=$((i + 1)); done; cat"));

  ::close(leaky);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "0\n1\n2\n");
}

TEST_F(Child, HasACleanEnvironmentWithWhatItIsGiven) {
  ::setenv("SECRET_OF_OURS", "s3cret", 1);
  ::setenv("TZ", "Europe/Stockholm", 1);
  ChildSpec spec;
  spec.argv = {"env"};
  spec.environment.emplace_back("SNAPCRON_RULE", "door-open");

  auto const result = run(spec);

  ::unsetenv("SECRET_OF_OURS");
  ::unsetenv("TZ");
  ASSERT_TRUE(result);
  EXPECT_THAT(result->output, HasSubstr("SNAPCRON_RULE=door-open\n"));
  EXPECT_THAT(result->output, HasSubstr("TZ=Europe/Stockholm\n"));
  EXPECT_THAT(result->output, HasSubstr("PATH=/"));
  EXPECT_THAT(result->output, testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(result->output, testing::Not(HasSubstr("HOME=")));
}

TEST_F(Child, ThatHangsIsEndedAtItsTimeOut) {
  auto spec = shell("sleep 100");
  spec.timeout = 100ms;

  auto const begun = std::chrono::steady_clock::now();
  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::timed_out);
  EXPECT_EQ(result.error().text, "command '/bin/sh' did not end within 100ms and was stopped");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, ThatIgnoresTermIsKilledTwoSecondsLater) {
  auto spec = shell("trap '' TERM; while :; do sleep 100; done");
  spec.timeout = 200ms;

  auto const begun = std::chrono::steady_clock::now();
  auto const result = run(spec);
  auto const took = std::chrono::steady_clock::now() - begun;

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::timed_out);
  EXPECT_GT(took, 2s);
  EXPECT_LT(took, 4s);
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, ThatHangsTakesItsChildrenWithIt) {
  TemporaryFolder const folder;
  auto const note = folder / "pid";
  auto spec = shell("sleep 100 & echo $! >" + note.string() + "; wait");
  spec.timeout = 300ms;

  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_TRUE(is_gone(std::stoi(contents(note))));
}

TEST_F(Child, ThatEndsLeavesNothingOfItsGroupBehind) {
  auto const result = run(shell("sleep 100 & echo $!"));

  ASSERT_TRUE(result);
  EXPECT_LT(result->took, 5s) << "whoever still holds its stdout is not waited for";
  EXPECT_TRUE(is_gone(std::stoi(result->output)));
}

TEST_F(Child, ThatForksTwiceIsNotWaitedFor) {
  auto const result = run(shell("setsid sleep 3 & echo done"));

  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "done\n");
  EXPECT_LT(result->took, 2s);
}

TEST_F(Child, ThatWritesTenGigabytesIsStopped) {
  auto spec = shell("head -c 10000000000 /dev/zero");
  spec.max_output = 1'000'000;

  auto const result = run(spec);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::failed);
  EXPECT_EQ(result.error().text, "command '/bin/sh' wrote more than 1000000 bytes and was stopped");
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, MayWriteExactlyAsMuchAsIsAllowed) {
  auto spec = shell("head -c 1000000 /dev/zero");
  spec.max_output = 1'000'000;

  auto const result = run(spec);

  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->output.size(), 1'000'000u);
}

TEST_F(Child, ThatFillsStderrGoesOn) {
  auto const result = run(shell("head -c 5000000 /dev/zero >&2; echo picture"));

  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "picture\n");
  EXPECT_EQ(result->errors.size(), 4096u);
}

TEST_F(Child, OfACancelledCallerIsEndedAndWaitedFor) {
  asio::cancellation_signal cancel;
  std::optional<Result<ChildResult>> result;
  asio::co_spawn(
      loop, run_child(shell("sleep 100")),
      asio::bind_cancellation_slot(cancel.slot(),
                                   [&](std::exception_ptr, Result<ChildResult> r) { result = r; }));
  asio::steady_timer timer{loop, 50ms};
  timer.async_wait([&](auto) { cancel.emit(asio::cancellation_type::terminal); });

  loop.run_for(5s);

  ASSERT_TRUE(result);
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().text, "command '/bin/sh' was stopped");
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, DoesNotOutliveTheLoop) {
  TemporaryFolder const folder;
  {
    asio::io_context short_loop;
    asio::co_spawn(short_loop,
                   run_child(shell("echo $$ >" + (folder / "pid").string() + "; sleep 100")),
                   [](std::exception_ptr, Result<ChildResult>) {});
    short_loop.run_for(300ms);
  }

  EXPECT_TRUE(is_gone(std::stoi(contents(folder / "pid"))));
  EXPECT_TRUE(no_child_is_left());
}

TEST_F(Child, LeavesNoDescriptorOpen) {
  ASSERT_TRUE(run(shell("true")));
  int const before = open_descriptors();

  for (int i = 0; i < 20; ++i) ASSERT_TRUE(run(shell("echo x")));

  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace snapcron
