#include "app/log.hpp"

#include "core/printable.hpp"

#include <cstdlib>
#include <unistd.h>

namespace snapcron {
namespace {

constexpr std::size_t max_lines = 4096;
constexpr std::size_t max_kinds = 1024;

char const* name(Level level) {
  switch (level) {
    case Level::error:
      return "error  ";
    case Level::warning:
      return "warning";
    case Level::info:
      return "info   ";
    case Level::debug:
      break;
  }
  return "debug  ";
}

char const* prefix(Level level) {  // syslog priorities
  switch (level) {
    case Level::error:
      return "<3>";
    case Level::warning:
      return "<4>";
    case Level::info:
      return "<6>";
    case Level::debug:
      break;
  }
  return "<7>";
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    auto const n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody listens: the daemon goes on
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

Log::Log(Zone zone)
    : journal_(std::getenv("JOURNAL_STREAM") != nullptr),
      zone_(std::move(zone)),
      writer_([this] { run(); }) {}

Log::~Log() {
  {
    std::lock_guard const lock{mutex_};
    stop_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void Log::set_zone(Zone zone) {
  std::lock_guard const lock{mutex_};
  zone_ = std::move(zone);
}

void Log::write(Level level, std::string_view text) {
  auto const now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  std::lock_guard const lock{mutex_};
  if (lines_.size() >= max_lines) {
    ++dropped_;
    return;
  }
  std::string line = journal_ ? prefix(level) : rfc3339(now, zone_, 3) + " " + name(level) + " ";
  line += printable(text);
  line += '\n';
  lines_.push_back(std::move(line));
  wake_.notify_one();
}

void Log::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !lines_.empty(); });
    if (lines_.empty()) return;
    std::string text;
    for (auto& line : lines_) text += line;
    lines_.clear();
    if (auto const dropped = std::exchange(dropped_, 0))
      text += (journal_ ? "<4>" : "") + std::to_string(dropped) +
              " log lines dropped: the log is read too slowly\n";
    lock.unlock();
    write_all(text);
    lock.lock();
  }
}

std::optional<std::size_t> Flood::admit(std::string const& kind, Steady now) {
  auto it = seen_.find(kind);
  if (it == seen_.end()) {
    if (seen_.size() >= max_kinds) return 0;
    it = seen_.emplace(kind, Seen{now, 0}).first;
  }
  Seen& seen = it->second;
  auto const full_at = std::max(seen.full_at, now) + pause_;
  if (full_at - now > pause_ * burst_) {
    ++seen.held;
    return std::nullopt;
  }
  seen.full_at = full_at;
  return std::exchange(seen.held, 0);
}

}  // namespace snapcron
