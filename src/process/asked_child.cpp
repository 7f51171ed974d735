#include "process/asked_child.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "process/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

namespace snapcron {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_kept_errors = 2048;

}  // namespace

/// Handlers hold it until the child is gone, so that it is always waited for.
struct AskedChild::State : std::enable_shared_from_this<AskedChild::State> {
  State(asio::any_io_executor const& loop, Spawned child)
      : pid(child.pid),
        ended(loop, child.ended.release()),
        input(loop, child.input.release()),
        output(loop, child.output.release()),
        errors(loop, child.errors.release()),
        deadline(loop) {}

  /// The loop itself is going away.
  ~State() {
    if (reaped) return;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, WNOHANG);
  }

  void watch() {
    ended.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (!error) self->reap();
                     });
    read_errors();
  }

  void reap() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) {
    }
    reaped = true;
    ended.close();
  }

  void kill() {
    if (!reaped) ::kill(-pid, SIGKILL);
    close_pipes();
  }

  void close_pipes() {
    boost::system::error_code ignored;
    for (auto* pipe : {&input, &output}) pipe->close(ignored);
  }

  void read_errors() {
    errors.async_read_some(
        asio::buffer(piece),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          auto const room = most_kept_errors - self->error_text.size();
          self->error_text.append(self->piece.data(), std::min(room, size));
          if (!error) self->read_errors();
        });
  }

  /// Closing the pipes ends whatever waits for them.
  void limit(Duration longest) {
    late = false;
    deadline.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(longest));
    deadline.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (cancelled) return;
      self->late = true;
      self->close_pipes();
    });
  }

  Error failure(Duration longest) const {
    if (late) return {Fault::timed_out, "no answer within " + to_text(longest)};
    auto const said = error_text.substr(0, error_text.find('\n'));
    return {Fault::failed, "it ended" + (said.empty() ? "" : ": " + printable(said))};
  }

  asio::awaitable<bool> write(std::string const& line) {
    auto const [error, size] =
        co_await asio::async_write(input, asio::buffer(line), asio::as_tuple(asio::use_awaitable));
    co_return !error;
  }

  asio::awaitable<bool> read_line(std::string& line) {
    for (;;) {
      if (auto const end = answer.find('\n'); end != std::string::npos) {
        line = answer.substr(0, end);
        answer.erase(0, end + 1);
        co_return true;
      }
      if (answer.size() > longest_answer) co_return false;
      std::array<char, 4096> bytes;
      auto const [error, size] =
          co_await output.async_read_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
      if (error) co_return false;
      answer.append(bytes.data(), size);
    }
  }

  pid_t pid;
  asio::posix::stream_descriptor ended, input, output, errors;
  asio::steady_timer deadline;
  std::string answer, error_text;
  std::array<char, 1024> piece;
  bool late = false;
  bool reaped = false;
};

AskedChild::AskedChild(std::shared_ptr<State> state) : state_{std::move(state)} {}

AskedChild::~AskedChild() {
  state_->deadline.cancel();
  state_->kill();
}

void AskedChild::kill() {
  state_->kill();
}

Result<std::unique_ptr<AskedChild>> AskedChild::start(asio::any_io_executor loop,
                                                      std::vector<std::string> argv) {
  ChildSpec spec;
  spec.argv = std::move(argv);
  auto child = spawn(spec, Stdin::pipe);
  if (!child) return child.error();
  auto state = std::make_shared<State>(loop, std::move(*child));
  state->watch();
  return std::unique_ptr<AskedChild>{new AskedChild{std::move(state)}};
}

asio::awaitable<Result<void>> AskedChild::tell(std::string line, Duration longest) {
  auto const state = state_;
  state->limit(longest);
  bool const told = co_await state->write(line);
  state->deadline.cancel();
  if (!told) co_return state->failure(longest);
  co_return Result<void>{};
}

asio::awaitable<Result<std::string>> AskedChild::ask(std::string line, Duration longest) {
  auto const state = state_;
  state->limit(longest);
  std::string answer;
  bool const answered = co_await state->write(line) && co_await state->read_line(answer);
  state->deadline.cancel();
  if (!answered) {
    state->kill();
    co_return state->failure(longest);
  }
  co_return answer;
}

}  // namespace snapcron
