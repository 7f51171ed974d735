#include "guard/start.hpp"

#include "guard/socket.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace snapcron::guard {
namespace {

Error cannot_start(int error) {
  return {Fault::failed, "cannot start the relay guard: " + std::generic_category().message(error)};
}

/// What happens between fork and exec.
class Preparation {
 public:
  explicit Preparation(int listener) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, listener, listener_descriptor);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, listener_descriptor + 1);

    ::posix_spawnattr_init(&attributes_);
    sigset_t all, deaf;
    ::sigfillset(&all);
    ::sigemptyset(&deaf);
    for (int const signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&deaf, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &deaf);
    ::posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  Preparation(Preparation const&) = delete;
  Preparation& operator=(Preparation const&) = delete;
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  posix_spawn_file_actions_t const* actions() const { return &actions_; }
  posix_spawnattr_t const* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<Process> start_guard(std::filesystem::path const& control_socket, int listener) {
  std::error_code relative;
  auto path = std::filesystem::absolute(control_socket, relative).string();
  std::string program = "snapcron", command = "guard";
  char* const arguments[] = {program.data(), command.data(), path.data(), nullptr};
  Preparation const preparation{listener};
  pid_t pid = -1;
  // The program that runs, even when its file has been replaced meanwhile: both speak the same
  // language.
  int const error = ::posix_spawn(&pid, "/proc/self/exe", preparation.actions(),
                                  preparation.attributes(), arguments, ::environ);
  if (error != 0) return cannot_start(error);
  auto process = process_of(pid);
  if (!process) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return process;
}

Result<Process> process_of(pid_t pid) {
  Descriptor ended{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (ended.get() < 0) return cannot_start(errno);
  return Process{pid, std::move(ended)};
}

void make_sure_of_end(Process const& process) {
  int const fd = process.ended.get();
  if (fd < 0) return;
  ::syscall(SYS_pidfd_send_signal, fd, SIGKILL, nullptr, 0);
  wait_readable(fd, std::chrono::steady_clock::now() + std::chrono::seconds{2});
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(fd), &info, WEXITED | WNOHANG);  // when it is a child of ours
}

}  // namespace snapcron::guard
