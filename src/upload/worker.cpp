#include "upload/worker.hpp"

#include "upload/message.hpp"
#include "upload/uploader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace snapcron {
namespace {

constexpr std::size_t read_at_once = 16 * 1024;

/// Lines of a descriptor, none longer than a message may be.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  /// The next line without its end; nothing at the end, or when what comes is no line.
  std::optional<std::string> next() {
    for (std::size_t searched = 0;;) {
      auto const end = waiting_.find('\n', searched);
      if (end != std::string::npos) {
        auto line = waiting_.substr(0, end);
        waiting_.erase(0, end + 1);
        return line;
      }
      searched = waiting_.size();
      if (searched > upload::longest_line || !read_more()) return std::nullopt;
    }
  }
  /// Whether the end came where a message ends.
  bool ended_well() const { return waiting_.empty(); }

 private:
  bool read_more() {
    std::array<char, read_at_once> piece;
    ssize_t count = 0;
    do {
      count = ::read(fd_, piece.data(), piece.size());
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return false;
    waiting_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  std::string waiting_;
};

bool write_line(int fd, std::string_view line) {
  while (!line.empty()) {
    auto const count = ::write(fd, line.data(), line.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    line.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

int run_upload_worker(int in, int out) {
  std::signal(SIGPIPE, SIG_IGN);
  LineReader lines{in};
  auto const first = lines.next();
  if (!first) return lines.ended_well() ? 0 : 1;
  auto const spec = upload::decode_destination(*first);
  if (!spec) return 1;
  auto const uploader = make_uploader(*spec);
  while (auto const line = lines.next()) {
    auto const upload = upload::decode_upload(*line);
    if (!upload || !write_line(out, upload::encode(uploader->perform(*upload)))) return 1;
  }
  return lines.ended_well() ? 0 : 1;
}

}  // namespace snapcron
