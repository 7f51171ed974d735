#include "process/running.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

namespace snapcron {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_errors = 4096;
constexpr int most_pieces = 64;                  // read in one turn of the loop
constexpr auto grace = std::chrono::seconds{2};  // between TERM and KILL

}  // namespace

RunningChild::RunningChild(asio::any_io_executor const& loop, Spawned child, std::size_t max_output)
    : changed(loop),
      pid_(child.pid),
      max_output_(max_output),
      ended_(loop, child.ended.release()),
      output_(loop, child.output.release()),
      errors_(loop, child.errors.release()) {}

RunningChild::RunningChild(asio::any_io_executor const& loop, Spawned child, Sink sink)
    : RunningChild(loop, std::move(child), std::size_t{0}) {
  has_sink_ = true;
  sink_ = std::move(sink);
}

RunningChild::~RunningChild() {
  if (ended) return;
  ::kill(-pid_, SIGKILL);
  for (int i = 0; i < 100 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void RunningChild::watch() {
  listen(output_);
  listen(errors_);
  ended_.async_wait(stream_descriptor::wait_read,
                    [self = shared_from_this()](boost::system::error_code error) {
                      if (!error) self->reap();
                    });
}

void RunningChild::signal(int number) const {
  if (!ended) ::kill(-pid_, number);
}

void RunningChild::listen(stream_descriptor& pipe) {
  pipe.async_wait(stream_descriptor::wait_read,
                  [self = shared_from_this(), &pipe](boost::system::error_code error) {
                    if (!error && self->drain(pipe)) self->listen(pipe);
                  });
}

/// Reads what is there; false at the pipe's end.
bool RunningChild::drain(stream_descriptor& pipe) {
  if (&pipe == &errors_) return drain_errors();
  return has_sink_ ? drain_into_sink() : drain_output();
}

void RunningChild::enough() {
  too_much = true;
  changed.cancel();
}

/// Straight into the result: a picture is not copied. A turn reads only so much: a child that
/// writes without end may not hold the loop; nor may it on stderr.
bool RunningChild::drain_output() {
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
    if (count > 0) enough();
    output_.close();
  }
  return output_.is_open();
}

bool RunningChild::drain_into_sink() {
  std::array<char, 64 * 1024> piece;
  for (int i = 0; i < most_pieces && output_.is_open(); ++i) {
    auto const count = ::read(output_.native_handle(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count > 0 && sink_ && sink_({piece.data(), static_cast<std::size_t>(count)})) continue;
    if (count > 0) enough();
    output_.close();
  }
  return output_.is_open();
}

/// Beyond the first 4 KB it is read and dropped, so that the child does not stand still.
bool RunningChild::drain_errors() {
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
void RunningChild::reap() {
  ::kill(-pid_, SIGKILL);
  if (output_.is_open()) drain(output_);
  drain_errors();
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0 && errno == EINTR) {
  }
  result.exit_code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  ended = true;
  for (auto* descriptor : {&ended_, &output_, &errors_}) descriptor->close();
  changed.cancel();
}

asio::awaitable<void> end_child(RunningChild& child) {
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

}  // namespace snapcron
