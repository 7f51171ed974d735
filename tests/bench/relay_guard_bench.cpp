// What the relay guard costs: from a command to the relay being driven, and to the command's
// return, beside the same relays held in this process. The commands come a pause apart, so that
// both processes sleep before each.
//
// relay_guard_bench [COMMANDS] [PAUSE_US]
#include "guard/guard.hpp"
#include "guard/guarded_relays.hpp"
#include "lines/relays.hpp"
#include "ports/clock.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace snapcron {
namespace {

Steady now() {
  return SystemClock{}.now().steady;
}

/// Notes when a relay was driven last, where both processes see it.
class StopWatch : public Gpio {
 public:
  explicit StopWatch(std::atomic<std::int64_t>& driven) : driven_{driven} {}
  Result<std::unique_ptr<InputLine>> request_input(InputSpec const&) override {
    return Error{Fault::not_found, "no inputs"};
  }
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const&, bool) override {
    return std::make_unique<Line>(driven_);
  }
  std::string device_of(std::string const&) const override { return {}; }

 private:
  class Line : public OutputLine {
   public:
    explicit Line(std::atomic<std::int64_t>& driven) : driven_{driven} {}
    Result<void> set(bool) override {
      driven_ = now().time_since_epoch().count();
      return {};
    }
    std::string describe() const override { return "stop watch"; }

   private:
    std::atomic<std::int64_t>& driven_;
  };
  std::atomic<std::int64_t>& driven_;
};

struct Times {
  std::vector<double> driven, returned;  // microseconds
};

template <class AnyRelays>
Times measure(AnyRelays& relays, std::atomic<std::int64_t> const& driven, int commands,
              std::chrono::microseconds pause) {
  Times times;
  for (int i = 0; i < commands; ++i) {
    std::this_thread::sleep_for(pause);
    auto const begun = now();
    if (!relays.command(1, {RelayCommand::Kind::toggle, {}, 1, {}})) std::abort();
    auto const returned = now();
    times.driven.push_back(static_cast<double>(driven - begun.time_since_epoch().count()) / 1e3);
    times.returned.push_back(static_cast<double>((returned - begun).count()) / 1e3);
  }
  return times;
}

/// The guard in a process of its own, forked instead of started: its chip is the stop watch.
guard::Process fork_guard(int listener, std::filesystem::path const& socket,
                          std::atomic<std::int64_t>& driven) {
  int const pid = ::fork();
  if (pid != 0) return {pid, Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))}};
  boost::asio::io_context loop{1};
  SystemClock const clock;
  StopWatch gpio{driven};
  {
    Guard const guard{loop,
                      gpio,
                      clock,
                      Descriptor{::fcntl(listener, F_DUPFD_CLOEXEC, 3)},
                      socket,
                      [](std::string const&) {},
                      [&] { loop.stop(); }};
    loop.run();
  }
  ::_exit(0);
}

void print(char const* name, Times times) {
  auto const at = [](std::vector<double>& all, double quantile) {
    std::sort(all.begin(), all.end());
    return all[static_cast<std::size_t>(static_cast<double>(all.size() - 1) * quantile)];
  };
  std::printf("%-12s driven after %6.1f us (99%%: %.1f), returned after %6.1f us (99%%: %.1f)\n",
              name, at(times.driven, 0.5), at(times.driven, 0.99), at(times.returned, 0.5),
              at(times.returned, 0.99));
}

}  // namespace
}  // namespace snapcron

int main(int argc, char** argv) {
  using namespace snapcron;
  int const commands = argc > 1 ? std::atoi(argv[1]) : 2000;
  std::chrono::microseconds const pause{argc > 2 ? std::atoi(argv[2]) : 1000};
  void* const shared =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto& driven = *new (shared) std::atomic<std::int64_t>{0};
  std::filesystem::path const control_socket =
      std::filesystem::temp_directory_path() / ("relay-guard-bench-" + std::to_string(::getpid()));
  SystemClock const clock;
  RelaySpec relay;
  relay.number = 1;
  for (int round = 0; round < 3; ++round) {
    boost::asio::io_context loop{1};
    StopWatch gpio{driven};
    Relays here{loop, gpio, clock, [](unsigned, bool) {},
                [](RelaySpec const&, std::string const&) {}};
    GuardedRelays guarded{loop,
                          gpio,
                          control_socket,
                          clock,
                          [](unsigned, bool) {},
                          [](std::string const&) {},
                          [&](int listener) -> Result<guard::Process> {
                            return fork_guard(listener, guard::socket_of(control_socket), driven);
                          }};
    if (!here.configure({relay}) || !guarded.configure({relay})) std::abort();
    print("in process", measure(here, driven, commands, pause));
    print("guarded", measure(guarded, driven, commands, pause));
    guarded.stop();
  }
}
