// What the service manager hands over: sd_listen_fds(3).
#include "app/systemd.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace snapcron {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HandedOverSockets : public testing::Test {
 protected:
  ~HandedOverSockets() override {
    for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  }
};

TEST_F(HandedOverSockets, WithoutAServiceManagerThereAreNone) {
  EXPECT_THAT(take_handed_over_sockets(), IsEmpty());
}

TEST_F(HandedOverSockets, ThoseOfAnotherProcessAreNotOurs) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  EXPECT_THAT(take_handed_over_sockets(), IsEmpty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

TEST_F(HandedOverSockets, OursAreClosedForTheProgramsThatWeStart) {
  int const flags_before = ::fcntl(3, F_GETFD);
  int const mine = flags_before < 0 ? ::dup2(STDERR_FILENO, 3) : 3;
  ASSERT_EQ(mine, 3);
  ::fcntl(3, F_SETFD, 0);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_FDNAMES", "snapcron.socket", 1);
  EXPECT_THAT(take_handed_over_sockets(), ElementsAre(3));
  EXPECT_EQ(::fcntl(3, F_GETFD), FD_CLOEXEC);
  for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    EXPECT_EQ(std::getenv(name), nullptr) << name;
  flags_before < 0 ? ::close(3) : ::fcntl(3, F_SETFD, flags_before);
}

}  // namespace
}  // namespace snapcron
