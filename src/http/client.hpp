#pragma once
// The command line's way to the running daemon: one blocking request over the unix socket.

#include "core/error.hpp"
#include "core/time.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace snapcron {

struct Reply {
  unsigned status = 0;
  std::string content_type;
  std::string body;
  /// With an image/jpeg reply to POST /api/v1/snapshots: why the relay could not be switched.
  std::string relay_error;
};

/// `target` is a path with percent-encoded names ("/api/v1/rules/" + percent_encode(name) +
/// "/trigger"); a body is sent as application/json; an empty `accept` asks for anything. `timeout`
/// is the whole time. Any HTTP status is a Reply. Errors: Fault::not_found when the socket is
/// absent or refuses (no daemon), Fault::denied without permission (names the group that owns the
/// socket and how to join it), Fault::timed_out, Fault::failed when the other side speaks nonsense.
/// Never raises SIGPIPE.
Result<Reply> request_unix(std::filesystem::path const& socket, std::string method,
                           std::string target, std::string body, std::string accept,
                           Duration timeout);

/// What an error reply says to a person: `detail` (or `title`) of a problem, the text itself of a
/// text reply; one that has neither gives "the daemon replied with status N". No trailing newline.
std::string error_text(Reply const& reply);

}  // namespace snapcron
