#include "lines/chip_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <set>
#include <string_view>

namespace snapcron {
namespace asio = boost::asio;
using std::chrono::seconds;

/// Shared with the handlers that wait, so that one which is queued already when the watch ends
/// finds it.
struct ChipWatch::State : std::enable_shared_from_this<State> {
  State(asio::io_context& loop, std::function<void()> look_after)
      : look{std::move(look_after)}, notify{loop}, timer{loop} {}

  bool open();
  void wait_for_change();
  bool read_changes();
  void wait_for_retry();

  std::function<void()> look;  // empty after the end
  asio::posix::stream_descriptor notify;
  asio::steady_timer timer;
  std::set<std::string> folders, names;
  bool missing = false;
  seconds delay{1};
};

bool ChipWatch::State::open() {
  if (notify.is_open()) return true;
  int const fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) return false;  // the retries remain
  notify.assign(fd);
  wait_for_change();
  return true;
}

void ChipWatch::State::wait_for_change() {
  notify.async_wait(asio::posix::descriptor_base::wait_read,
                    [state = shared_from_this()](boost::system::error_code error) {
                      if (error || !state->look) return;
                      bool const concerns = state->read_changes();
                      state->wait_for_change();
                      if (concerns) state->look();
                    });
}

/// Reads all that waits; true when a chip's node is concerned (any node, while a chip is missing:
/// it may come back under another name).
bool ChipWatch::State::read_changes() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  bool concerns = false;
  for (ssize_t size; (size = ::read(notify.native_handle(), buffer.data(), buffer.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, &buffer[static_cast<std::size_t>(at)], sizeof event);
      std::string_view const name{
          event.len > 0 ? &buffer[static_cast<std::size_t>(at) + sizeof event] : ""};
      concerns = concerns || missing || (event.mask & IN_Q_OVERFLOW) != 0 ||
                 names.contains(std::string{name});
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return concerns;
}

void ChipWatch::State::wait_for_retry() {
  timer.expires_after(delay);
  delay = std::min(delay * 2, seconds{60});
  timer.async_wait([state = shared_from_this()](boost::system::error_code error) {
    if (error || !state->look || !state->missing) return;
    state->wait_for_retry();
    state->look();
  });
}

ChipWatch::ChipWatch(asio::io_context& loop, std::function<void()> look)
    : state_{std::make_shared<State>(loop, std::move(look))} {}

ChipWatch::~ChipWatch() {
  stop();
}

void ChipWatch::add(std::string const& device) {
  if (device.empty() || !state_->open()) return;
  std::filesystem::path const path{device};
  state_->names.insert(path.filename().string());
  if (auto const folder = path.parent_path().string(); state_->folders.insert(folder).second)
    ::inotify_add_watch(state_->notify.native_handle(), folder.c_str(),
                        IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM);
}

void ChipWatch::set_missing(bool missing) {
  if (missing == state_->missing) return;
  state_->missing = missing;
  state_->delay = seconds{1};
  if (missing)
    state_->wait_for_retry();
  else
    state_->timer.cancel();
}

void ChipWatch::stop() {
  state_->look = nullptr;
  state_->notify.close();
  state_->timer.cancel();
}

}  // namespace snapcron
