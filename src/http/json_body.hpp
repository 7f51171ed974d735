#pragma once
// The bodies of POST requests: JSON into commands, every mistake named in words.

#include "core/error.hpp"
#include "core/relay.hpp"
#include "http/credentials.hpp"
#include "ports/controls.hpp"

#include <string_view>

namespace snapcron::http {

/// {"action": "on|off|toggle|pulse", "duration": "500ms", "count": 2, "gap": "300ms"}; the last
/// three go with pulse only.
Result<RelayCommand> parse_relay_command(std::string_view body);

/// {"level": "high"|"low"} or {"pulse": "500ms"}.
Result<InputDrive> parse_input_drive(std::string_view body);

/// {"camera": NAME, "relay": {as above}, "count": N, "interval": "1s", "to": [DESTINATION]};
/// all may be missing, the body too.
Result<SnapshotRequest> parse_snapshot_request(std::string_view body);

/// {"name": "...", "password": "..."}, of what Basic authentication could send.
Result<Credentials> parse_log_in(std::string_view body);

/// {"script": "..."}
Result<std::string> parse_script(std::string_view body);

}  // namespace snapcron::http
