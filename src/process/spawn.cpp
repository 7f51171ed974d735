#include "process/spawn.hpp"

#include "core/printable.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace snapcron {
namespace {

char const* search_path() {
  char const* const path = std::getenv("PATH");
  return path != nullptr && *path != '\0' ? path : "/usr/local/bin:/usr/bin:/bin";
}

Error cannot_start(std::string const& name, std::string const& why, Fault fault) {
  return {fault, "cannot start " + snapcron::quoted(name) + ": " + why};
}

Error cannot_start(std::string const& name, int error) {
  switch (error) {
    case ENOENT:
      return cannot_start(name, "it, or the interpreter that its first line names, does not exist",
                          Fault::not_found);
    case EACCES:
      return cannot_start(name, "permission denied; it must be executable for this user (chmod +x)",
                          Fault::denied);
    case ENOEXEC:
      return cannot_start(name,
                          "not a program; a script needs a first line like #!/usr/bin/env python3",
                          Fault::failed);
    default:
      return cannot_start(name, std::strerror(error), Fault::failed);
  }
}

enum class Found { yes, no, not_executable };

Found look_at(std::string const& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return errno == EACCES ? Found::not_executable : Found::no;
  if (!S_ISREG(status.st_mode)) return Found::no;
  return ::access(path.c_str(), X_OK) == 0 ? Found::yes : Found::not_executable;
}

/// Both ends close on exec; never 0-2, so that the child's dup2 calls cannot overwrite one another.
Result<std::pair<Descriptor, Descriptor>> make_pipe(std::string const& name) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot_start(name, errno);
  Descriptor read{ends[0]};
  Descriptor write{ends[1]};
  for (Descriptor* end : {&read, &write}) {
    if (end->get() > 2) continue;
    Descriptor higher{::fcntl(end->get(), F_DUPFD_CLOEXEC, 3)};
    if (higher.get() < 0) return cannot_start(name, errno);
    *end = std::move(higher);
  }
  return std::pair{std::move(read), std::move(write)};
}

/// Concerns our end alone: a pipe's ends have flags of their own.
Descriptor not_blocking(Descriptor end) {
  ::fcntl(end.get(), F_SETFL, O_NONBLOCK);
  return end;
}

/// A pipe that holds the whole text, which a pipe of any kernel does.
Result<std::pair<Descriptor, Descriptor>> pipe_with(std::string const& name,
                                                    std::string const& text) {
  auto pipe = make_pipe(name);
  if (!pipe) return pipe.error();
  if (text.size() > ChildSpec::most_input ||
      ::write(pipe->second.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return cannot_start(name, "its input is too long", Fault::invalid);
  return pipe;
}

std::vector<std::string> environment_of(ChildSpec const& spec) {
  std::vector<std::string> result;
  auto const own = [&](char const* name) {
    for (auto const& [key, value] : spec.environment) {
      if (key == name) return true;
    }
    return false;
  };
  if (!own("PATH")) result.push_back(std::string{"PATH="} + search_path());
  for (char const* name : {"LANG", "TZ"}) {
    char const* const value = std::getenv(name);
    if (value != nullptr && !own(name)) result.push_back(std::string{name} + "=" + value);
  }
  for (auto const& [key, value] : spec.environment) result.push_back(key + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

/// What happens in the child between fork and exec.
class Preparation {
 public:
  /// `input` -1: nothing to read.
  Preparation(int input, int output, int errors) {
    ::posix_spawn_file_actions_init(&actions_);
    if (input < 0)
      ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    else
      ::posix_spawn_file_actions_adddup2(&actions_, input, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);

    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
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

Result<std::string> find_program(std::string const& name) {
  if (name.empty()) return Error{Fault::invalid, "cannot start a program without a name"};
  if (name.find('/') != std::string::npos) {
    auto const found = look_at(name);
    if (found == Found::yes) return name;
    return cannot_start(name, found == Found::no ? ENOENT : EACCES);
  }
  std::string const path = search_path();
  std::string unusable;
  for (std::size_t begin = 0; begin <= path.size();) {
    auto const end = std::min(path.find(':', begin), path.size());
    auto const folder = path.substr(begin, end - begin);
    begin = end + 1;
    if (!folder.starts_with('/')) continue;  // relative and empty parts are traps
    auto const candidate = folder + "/" + name;
    auto const found = look_at(candidate);
    if (found == Found::yes) return candidate;
    if (found == Found::not_executable && unusable.empty()) unusable = candidate;
  }
  if (!unusable.empty()) return cannot_start(unusable, EACCES);
  return cannot_start(name, "there is no such program in PATH (" + path + ")", Fault::not_found);
}

Result<Spawned> spawn(ChildSpec const& spec, Stdin const input) {
  auto const program = find_program(spec.argv.empty() ? std::string{} : spec.argv.front());
  if (!program) return program.error();
  auto output = make_pipe(*program);
  if (!output) return output.error();
  auto errors = make_pipe(*program);
  if (!errors) return errors.error();
  std::pair<Descriptor, Descriptor> questions;
  if (input == Stdin::pipe || !spec.input.empty()) {
    auto made = pipe_with(*program, spec.input);
    if (!made) return made.error();
    questions = std::move(*made);
  }

  auto arguments = spec.argv;
  auto environment = environment_of(spec);
  Preparation const preparation{questions.first.get(), output->second.get(), errors->second.get()};
  Spawned child;
  int const error =
      ::posix_spawn(&child.pid, program->c_str(), preparation.actions(), preparation.attributes(),
                    pointers(arguments).data(), pointers(environment).data());
  if (error != 0) return cannot_start(*program, error);

  child.ended = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0))};
  if (child.ended.get() < 0) {  // without it nobody would learn of its end
    int const why = errno;
    ::kill(-child.pid, SIGKILL);
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return cannot_start(*program, why);
  }
  child.output = not_blocking(std::move(output->first));
  child.errors = not_blocking(std::move(errors->first));
  if (input == Stdin::pipe) child.input = not_blocking(std::move(questions.second));
  return child;
}

}  // namespace snapcron
