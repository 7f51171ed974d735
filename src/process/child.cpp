#include "process/child.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "process/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <thread>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using std::chrono::steady_clock;

constexpr std::size_t most_errors = 4096;
constexpr int most_pieces = 64;                  // read in one turn of the loop
constexpr auto grace = std::chrono::seconds{2};  // between TERM and KILL

/// The child while it lives. Handlers keep it alive, so that it is waited for even when nobody is
/// interested any more.
class Running : public std::enable_shared_from_this<Running> {
 public:
  Running(asio::any_io_executor const& loop, Spawned child, std::size_t max_output)
      : changed(loop),
        pid_(child.pid),
        max_output_(max_output),
        ended_(loop, child.ended.release()),
        output_(loop, child.output.release()),
        errors_(loop, child.errors.release()) {}

  /// The loop itself is going away: the child may not outlive it.
  ~Running() {
    if (ended) return;
    ::kill(-pid_, SIGKILL);
    for (int i = 0; i < 100 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  void watch() {
    listen(output_);
    listen(errors_);
    ended_.async_wait(stream_descriptor::wait_read,
                      [self = shared_from_this()](boost::system::error_code error) {
                        if (!error) self->reap();
                      });
  }

  void signal(int number) const {
    if (!ended) ::kill(-pid_, number);
  }

  asio::steady_timer changed;  // cancelled when `ended` or `too_much` has become true
  bool ended = false;
  bool too_much = false;
  ChildResult result;

 private:
  void listen(stream_descriptor& pipe) {
    pipe.async_wait(stream_descriptor::wait_read,
                    [self = shared_from_this(), &pipe](boost::system::error_code error) {
                      if (!error && self->drain(pipe)) self->listen(pipe);
                    });
  }

  /// Reads what is there; false at the pipe's end.
  bool drain(stream_descriptor& pipe) {
    return &pipe == &output_ ? drain_output() : drain_errors();
  }

  /// Straight into the result: a picture is not copied. A turn reads only so much: a child that
  /// writes without end may not hold the loop; nor may it on stderr.
  bool drain_output() {
    auto& text = result.output;
    for (int i = 0; i < most_pieces && output_.is_open(); ++i) {
      std::size_t const have = text.size();
      std::size_t const room = std::max<std::size_t>(text.capacity() - have, 64 * 1024);
      text.resize(have + std::min(room, max_output_ + 1 - have));
      auto const count = ::read(output_.native_handle(), text.data() + have, text.size() - have);
      int const error = errno;
      text.resize(have + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (count < 0 && error == EINTR) continue;
      if (count < 0 && error == EAGAIN) return true;
      if (count > 0 && text.size() <= max_output_) continue;
      if (count > 0) {
        too_much = true;
        changed.cancel();
      }
      output_.close();
    }
    return output_.is_open();
  }

  /// Beyond the first 4 KB it is read and dropped, so that the child does not stand still.
  bool drain_errors() {
    std::array<char, 4096> piece;
    for (int i = 0; i < most_pieces; ++i) {
      auto const count = ::read(errors_.native_handle(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return true;
      if (count <= 0) return false;
      auto const room = most_errors - result.errors.size();
      result.errors.append(piece.data(), std::min(room, static_cast<std::size_t>(count)));
    }
    return true;
  }

  /// The child is a zombie: what it wrote is in the pipes. Its group is killed before its number is
  /// given back, so that the number cannot mean anybody else yet.
  void reap() {
    ::kill(-pid_, SIGKILL);
    drain_output();
    drain_errors();
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0 && errno == EINTR) {
    }
    result.exit_code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    ended = true;
    for (auto* descriptor : {&ended_, &output_, &errors_}) descriptor->close();
    changed.cancel();
  }

  pid_t pid_;
  std::size_t max_output_;
  stream_descriptor ended_, output_, errors_;
};

/// Waits until the child has ended, has written too much or `until` is reached; true when the
/// caller has been cancelled.
asio::awaitable<bool> wait(Running& child, steady_clock::time_point until) {
  bool cancelled = false;
  while (!cancelled && !child.ended && !child.too_much && steady_clock::now() < until) {
    child.changed.expires_at(until);
    co_await child.changed.async_wait(asio::as_tuple(asio::use_awaitable));
    auto const state = co_await asio::this_coro::cancellation_state;
    cancelled = state.cancelled() != asio::cancellation_type::none;
  }
  co_return cancelled;
}

/// TERM, and KILL when that does not help.
asio::awaitable<void> end(Running& child) {
  for (int const signal : {SIGTERM, SIGKILL}) {
    child.signal(signal);
    auto const until = steady_clock::now() + grace;
    while (!child.ended && steady_clock::now() < until) {
      child.changed.expires_at(until);
      co_await child.changed.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
  // Still there, in the kernel's hands: its handlers go on waiting for it.
}

/// From here on cancellation is looked for, not thrown: a child that is being ended must be waited
/// for.
asio::awaitable<Result<ChildResult>> follow(ChildSpec const& spec, Spawned spawned) {
  auto const name = snapcron::quoted(spec.argv.front());
  auto const started = steady_clock::now();
  auto const child = std::make_shared<Running>(co_await asio::this_coro::executor,
                                               std::move(spawned), spec.max_output);
  child->watch();
  bool const cancelled = co_await wait(
      *child, started + std::chrono::duration_cast<steady_clock::duration>(spec.timeout));
  bool const in_time = child->ended;
  if (!child->ended) co_await end(*child);
  child->result.took = steady_clock::now() - started;

  if (child->too_much)
    co_return Error{Fault::failed, "command " + name + " wrote more than " +
                                       std::to_string(spec.max_output) + " bytes and was stopped"};
  if (in_time) co_return std::move(child->result);
  if (cancelled) co_return Error{Fault::failed, "command " + name + " was stopped"};
  co_return Error{Fault::timed_out, "command " + name + " did not end within " +
                                        to_text(spec.timeout) + " and was stopped"};
}

}  // namespace

asio::awaitable<Result<ChildResult>> run_child(ChildSpec spec) {
  auto spawned = spawn(spec);
  if (!spawned) co_return spawned.error();
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  auto result = co_await follow(spec, std::move(*spawned));
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

}  // namespace snapcron
