// The socket that the command line uses: whose it is, and how its client fails.

#include "http/client.hpp"
#include "core/percent_encoding.hpp"
#include "live_server.hpp"

#include <grp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>

#include <future>
#include <thread>

namespace snapcron {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class ControlSocket : public LiveServer {
 protected:
  ControlSocket() { server = std::make_unique<Server>(loop, controls, clock, workers, limits); }

  /// The client blocks; so it runs on a thread of its own while the loop turns here.
  Result<Reply> ask(std::string method, std::string target, std::string body = "",
                    std::string accept = "") {
    auto pending = std::async(std::launch::async, [=, this] {
      return request_unix(path, method, target, body, accept, seconds{5});
    });
    turn_until([&] { return pending.wait_for(seconds{0}) == std::future_status::ready; });
    return pending.get();
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder / "run/deep/snapcron.sock";
};

TEST_F(ControlSocket, IsMadeWithItsFolderForOwnerAndGroupOnly) {
  ASSERT_TRUE(server->listen_unix(path));
  struct stat info;
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777u, 0660u);
  EXPECT_TRUE(server->listen_unix(path)) << "the same once more changes nothing";
}

TEST_F(ControlSocket, IsGoneAfterwardsWithItsLock) {
  ASSERT_TRUE(server->listen_unix(path));
  server->stop();
  EXPECT_TRUE(std::filesystem::is_empty(path.parent_path()));
}

TEST_F(ControlSocket, NeedsNoPasswordWhateverThePortNeeds) {
  auto spec = any_port();
  spec.users = {root};
  ASSERT_TRUE(server->listen_tcp(spec));
  ASSERT_TRUE(server->listen_unix(path));
  auto const reply =
      ask("POST", "/api/v1/relays/" + percent_encode("strike"), R"({"action":"on"})");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->status, 200u);
  EXPECT_EQ(reply->content_type, "application/json");
  EXPECT_THAT(reply->body, HasSubstr("\"state\":\"on\""));
  EXPECT_EQ(status(get("/io/input.txt")), 401);
}

TEST_F(ControlSocket, CarriesPicturesAndWhatWentWrongWithTheRelay) {
  controls.snapshot_reply.jpeg = std::make_shared<std::string const>(3'000'000, '\xff');
  controls.snapshot_reply.relay_error = Error{Fault::failed, "relay 1: stuck"};
  ASSERT_TRUE(server->listen_unix(path));
  auto const reply = ask("POST", "/api/v1/snapshots", "{}", "image/jpeg");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->content_type, "image/jpeg");
  EXPECT_EQ(reply->body, *controls.snapshot_reply.jpeg);
  EXPECT_EQ(reply->relay_error, "relay 1: stuck");
}

TEST_F(ControlSocket, ErrorsReadLikeSentences) {
  controls.reload_reply = Error{Fault::invalid, "site.yaml:3:1: error: no\n"};
  ASSERT_TRUE(server->listen_unix(path));
  EXPECT_EQ(error_text(*ask("POST", "/api/v1/rules/nobody/trigger")), "there is no rule 'nobody'");
  EXPECT_EQ(error_text(*ask("POST", "/api/v1/reload")), "site.yaml:3:1: error: no");
  EXPECT_EQ(error_text({500, "text/html", "<h1>", ""}), "the daemon replied with status 500");
  EXPECT_EQ(error_text({409, "application/json", "{\"detail\":\"a\\u001b[31mb\"}", ""}), "a?[31mb");
}

TEST_F(ControlSocket, OfALivingDaemonIsNotTaken) {
  ASSERT_TRUE(server->listen_unix(path));
  FakeControls other_controls;
  Server other{loop, other_controls, clock, workers};
  auto const second = other.listen_unix(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::busy);
  EXPECT_EQ(second.error().text, "another snapcron is running (socket " + path.string() + ")");
  EXPECT_TRUE(ask("GET", "/healthz")) << "and the first still serves";
}

TEST_F(ControlSocket, OfALivingDaemonIsNotTakenEvenWithoutItsLock) {
  ASSERT_TRUE(server->listen_unix(path));
  std::filesystem::remove(path.string() + ".lock");
  FakeControls other_controls;
  Server other{loop, other_controls, clock, workers};
  EXPECT_EQ(other.listen_unix(path).error().fault, Fault::busy);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ControlSocket, WaitsForALockThatIsAboutToGo) {
  // As after kill -9 at the moment of a spawn.
  std::filesystem::create_directories(path.parent_path());
  auto const lock = folder.write("run/deep/snapcron.sock.lock", "");
  int const held = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  std::jthread const spawned{[held] {
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    ::close(held);
  }};
  EXPECT_TRUE(server->listen_unix(path));
}

TEST_F(ControlSocket, ThatNobodyAnswersIsReplaced) {
  std::filesystem::create_directories(path.parent_path());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  int const stale = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(stale);
  folder.write("run/deep/snapcron.sock.lock", "");
  EXPECT_EQ(ask("GET", "/healthz").error().fault, Fault::not_found);

  ASSERT_TRUE(server->listen_unix(path));
  EXPECT_EQ(ask("GET", "/healthz")->status, 200u);
}

TEST_F(ControlSocket, NeverReplacesWhatIsNoSocket) {
  std::filesystem::create_directories(path.parent_path());
  folder.write("run/deep/snapcron.sock", "precious");
  auto const listening = server->listen_unix(path);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().text, "cannot create the control socket " + path.string() +
                                        ": a file of that name is there and is no socket");
  EXPECT_EQ(contents(path), "precious");
}

TEST_F(ControlSocket, ThatCannotBeMadeSaysHowToMendIt) {
  EXPECT_THAT(server->listen_unix("/proc/nowhere/snapcron.sock").error().text,
              HasSubstr("cannot create the control socket /proc/nowhere/snapcron.sock: "));
  EXPECT_THAT(server->listen_unix(folder / std::string(200, 'a')).error().text,
              HasSubstr("longer than 107 bytes"));
}

/// Many processes at once: exactly one of them may listen.
TEST(ControlSocketRace, OnlyOneOfManyDaemonsThatStartAtOnceListens) {
  TemporaryFolder folder;
  auto const path = folder / "snapcron.sock";
  for (int round = 0; round < 10; ++round) {
    int gate[2], done[2];
    ASSERT_EQ(::pipe2(gate, O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(done, O_CLOEXEC), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
      pid_t const child = ::fork();
      if (child == 0) {
        ::close(gate[1]);
        ::close(done[0]);
        char c;
        (void)!::read(gate[0], &c, 1);  // ends when the parent opens the gate
        boost::asio::io_context loop;
        boost::asio::thread_pool workers{1};
        FakeControls controls;
        SystemClock clock;
        int verdict = 1;
        {
          Server server{loop, controls, clock, workers};
          auto const listening = server.listen_unix(path);
          verdict = listening ? 0 : listening.error().fault == Fault::busy ? 1 : 2;
          char const byte = static_cast<char>('0' + verdict);
          (void)!::write(done[1], &byte, 1);
          pollfd wait{done[1], 0, 0};
          ::poll(&wait, 1, 10'000);  // until the parent has heard all
        }
        ::_exit(verdict);
      }
      children.push_back(child);
    }
    ::close(gate[0]);
    ::close(gate[1]);
    std::string verdicts;
    for (char c; verdicts.size() < 8 && ::read(done[0], &c, 1) == 1;) verdicts += c;
    ::close(done[0]);
    ::close(done[1]);
    for (auto const child : children) ::waitpid(child, nullptr, 0);
    EXPECT_EQ(std::count(verdicts.begin(), verdicts.end(), '0'), 1) << verdicts;
    EXPECT_EQ(std::count(verdicts.begin(), verdicts.end(), '1'), 7) << verdicts;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing is left behind";
  }
}

TEST(Client, SaysThatNoDaemonRuns) {
  TemporaryFolder folder;
  auto const reply = request_unix(folder / "none.sock", "GET", "/healthz", "", "", seconds{1});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::not_found);
  EXPECT_THAT(reply.error().text,
              HasSubstr("cannot reach the daemon at " + (folder / "none.sock").string()));
}

TEST(Client, GivesUpInTime) {
  TemporaryFolder folder;
  auto const path = folder / "mute.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  int const mute = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(mute, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(mute, 5), 0);
  auto const reply = request_unix(path, "GET", "/healthz", "", "", std::chrono::milliseconds{50});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::timed_out);
  ::close(mute);
}

TEST(Client, NamesTheGroupThatMayCome) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody who may not";
  TemporaryFolder folder;
  auto const path = folder / "closed.sock";
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  int const closed = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(closed, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(closed, 5), 0);
  auto const* group = ::getgrnam("dialout");
  ASSERT_NE(group, nullptr);
  ASSERT_EQ(::chown(path.c_str(), 0, group->gr_gid), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0660), 0);
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  pid_t const child = ::fork();
  if (child == 0) {
    (void)!::setgroups(0, nullptr);
    (void)!::setgid(65534);
    (void)!::setuid(65534);
    auto const reply = request_unix(path, "GET", "/healthz", "", "", seconds{1});
    auto const text =
        reply ? "let in"
              : (reply.error().fault == Fault::denied ? "" : "other fault: ") + reply.error().text;
    (void)!::write(pipe[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string text;
  for (char c; ::read(pipe[0], &c, 1) == 1;) text += c;
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  ::close(closed);
  EXPECT_EQ(text, "cannot reach the daemon at " + path.string() +
                      ": permission denied; it belongs to group 'dialout': join it with 'sudo "
                      "usermod -aG dialout $USER' and log in again, or use sudo");
}

TEST(Client, EncodesNames) {
  EXPECT_EQ(percent_encode("door-open_1.~"), "door-open_1.~");
  EXPECT_EQ(percent_encode("a b/ö%?"), "a%20b%2F%C3%B6%25%3F");
}

}  // namespace
}  // namespace snapcron
